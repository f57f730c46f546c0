// Loaded into a program before its own code.
import "./endWithParent";
import "./lazyModules";
