import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import {
  type AboutRequest,
  type GetProgramDependenciesRequest,
  type GetRequiredPackagesRequest,
  type LanguageHandshakeRequest,
  LanguageHandshakeResponse,
  type RunRequest,
  RuntimeOptionsResponse,
  TemplateResponse,
} from "@pulumi/pulumi/proto/language_pb";
import { PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { version } from "@pulumi/pulumi/version";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { engineAddress, notInStandIn, servePlugin, unary } from "../support/serve";
import { about, programDependencies } from "./about";
import { interruptAll, killAll } from "./children";
import { installDependencies } from "./installDependencies";
import { requiredPackages } from "./requiredPackages";
import { runPlugin } from "./runPlugin";
import { runProgram } from "./runProgram";

let engine = engineAddress();

void servePlugin(
  LanguageRuntimeService,
  {
    handshake: unary((request: LanguageHandshakeRequest) => {
      engine = request.getEngineAddress();
      return new LanguageHandshakeResponse();
    }),
    getPluginInfo: unary(() => new PluginInfo().setVersion(version)),
    getRequiredPackages: unary((request: GetRequiredPackagesRequest) =>
      requiredPackages(request.getInfo()?.getProgramDirectory() ?? process.cwd()),
    ),
    run: unary((request: RunRequest) => runProgram(request, engine)),
    runPlugin,
    installDependencies,
    about: unary((request: AboutRequest) => about(request.getInfo())),
    getProgramDependencies: unary((request: GetProgramDependenciesRequest) =>
      programDependencies(request.getInfo(), request.getTransitivedependencies()),
    ),
    runtimeOptionsPrompts: unary(() => new RuntimeOptionsResponse()),
    template: unary(() => new TemplateResponse()),
    cancel: unary(() => {
      interruptAll();
      return new Empty();
    }),
    generateProgram: notInStandIn("generating programs"),
    generateProject: notInStandIn("generating projects"),
    generatePackage: notInStandIn("generating SDKs"),
    pack: notInStandIn("packing SDKs"),
    link: notInStandIn("linking SDKs"),
  },
  killAll,
);
