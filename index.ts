import { loadSettings } from "./stacks/settings";
import { deploy } from "./stacks/wordpress";

export const { url, namespace, storageClasses, diskPools, adminUser, adminPassword } = deploy(loadSettings());
