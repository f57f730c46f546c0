import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

// The program's rules for resources of Pulumi's (../eslint.config.mjs) have no object here: the lab has no program.
export default tseslint.config(
  { ignores: ["**/*.mjs"] },
  eslint.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: "../tsconfig.check.json", tsconfigRootDir: import.meta.dirname } },
  },
);
