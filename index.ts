import * as pulumi from "@pulumi/pulumi";
import { loadConfig } from "./stacks/config/load";
import { deploy } from "./stacks/wordpress";

// The SDK keeps a stack trace for each promise and looks each of its lines up in source maps; Node does that itself with tsx.
Reflect.deleteProperty(Error, "prepareStackTrace");

const { outputs, untilReady, wordpressUpdate } = deploy(loadConfig());
const isPreview = pulumi.runtime.isDryRun();
if (!isPreview) untilReady();

// One object: for an exported constant that is undefined, Pulumi would print a warning.
export = { ...outputs, wordpressUpdate: isPreview ? null : wordpressUpdate() };
