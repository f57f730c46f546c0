import type { Fault } from "./fault";

type FileFault = Pick<Fault, "what" | "from" | "to" | "grep">;

/** Faults in one container file. */
function inFile(file: string, spec: string, faults: readonly FileFault[]): Fault[] {
  const room = ofPageCache.test(file) ? "pageCache" : "wordpress";
  return faults.map((fault) => ({ ...fault, file: `components/${room}/files/${file}`, spec }));
}

/** The files of the page cache's pods. */
const ofPageCache = /^pageCache(Passed|Requests)?\.(conf|js|sh)$/;

const jobs = "tests/images/siteJobs.spec.ts";
const extensions = "tests/images/siteExtensions.spec.ts";
const migration = "tests/images/siteMigration.spec.ts";
const pageCache = "tests/e2e/pageCache.spec.ts";
const pageChanges = "tests/images/pageChanges.spec.ts";
const pageCrowd = "tests/images/pageCacheCrowd.spec.ts";
const purges = "components/pageCache/pageCachePurges.spec.ts";
const health = "tests/images/siteHealth.spec.ts";

/** Faults in the container files: PHP, shell, nginx. StrykerJS mutates only TypeScript. */
export const fileFaults: readonly Fault[] = [
  ...inFile("extensions.php", extensions, [
    {
      what: "a plugin that ends PHP while WordPress loads ends the job",
      from: "passthru( escapeshellarg( PHP_BINARY ) . ' ' . escapeshellarg( __FILE__ ), $code );",
      to: "$code = 1;",
      grep: "removes a plugin that ends PHP while WordPress loads",
    },
    {
      what: "the second attempt loads the theme, too",
      from: "\t\t'template'       => 'none',\n\t\t'stylesheet'     => 'none',\n",
      grep: "replaces a theme whose functions",
    },
    {
      what: "an archive's checksum is not compared",
      from: "if ( $sum !== $extension['sha256'] ) {",
      to: "if ( false ) {",
      grep: "installs and activates a plugin|differs from its checksum",
    },
    {
      what: "an archive may contain paths outside its folder",
      from: " || preg_match( '#(^|/)\\.\\.(/|$)|\\\\\\\\#', $entry )",
      grep: "installs and activates a plugin|has a path out of its folder",
    },
    {
      what: "an archive may have another folder",
      from: '! str_starts_with( $entry, "$slug/" ) || ',
      grep: "installs and activates a plugin|contains another folder",
    },
    {
      what: "a plugin of the user is replaced",
      from: "if ( is_dir( $folder ) && null === $previous ) {",
      to: "if ( false ) {",
      grep: "installs and activates a plugin|never changes a plugin",
    },
    {
      what: "a theme in use is removed",
      from: "if ( 'themes' === $kind && in_array( $slug, array( get_stylesheet(), get_template() ), true ) ) {",
      to: "if ( false ) {",
      grep: "installs and activates a plugin|installs a theme",
    },
    {
      what: "a response other than 200 counts as the archive",
      from: 'return 200 === $status ? null : "$url answers $status";',
      to: "return null;",
      grep: "installs and activates a plugin|does not exist",
    },
    {
      what: "a plugin is never deactivated",
      from: '\t\tdeactivate_plugins( "$slug/$file" );',
      grep: "installs and activates a plugin|updates a plugin",
    },
    {
      what: "a plugin is not marked as the stack's own before it is installed",
      from: "record_installed( $own, $kind, $slug, 'being installed' );",
      grep: "installs and activates a plugin|resumes after an interruption",
    },
  ]),
  ...inFile("install.php", jobs, [
    {
      what: "quotes and backslashes of the password are lost",
      from: "wp_slash( getenv( 'ADMIN_PASSWORD' ) )",
      to: "getenv( 'ADMIN_PASSWORD' )",
      grep: "creates one site when two runs overlap|takes title and password",
    },
    {
      what: "an interrupted installation counts as a site",
      from: "if ( has_users() && ! is_installing() ) {",
      to: "if ( has_users() ) {",
      grep: "creates one site when two runs overlap|not an administrator yet",
    },
    {
      what: "an existing site is installed again",
      from: "if ( has_users() && ! is_installing() ) {",
      to: "if ( false ) {",
      grep: "creates one site when two runs overlap|changes no user",
    },
    {
      what: "permalinks are not set",
      from: "update_option( 'permalink_structure', '/%year%/%monthnum%/%day%/%postname%/' );",
      grep: "creates one site when two runs overlap|not an administrator yet",
    },
    {
      what: "an older core works on newer tables",
      from: "\trefuse_older_core();\n",
      grep: "creates one site when two runs overlap|fails without a change if the tables",
    },
  ]),
  ...inFile("site.php", health, [
    {
      what: "a client behind a proxy reaches the site by the name localhost",
      from: " && is_request_from_pod()",
      grep: "serves the name localhost to the pod itself",
    },
    {
      what: "WordPress's own check of edited code runs the previous code",
      from: "ini_set( 'opcache.enable', '0' );",
      grep: "recompiles edited code",
    },
    {
      what: "the dashboard has WordPress's own memory limit",
      from: "define( 'WP_MAX_MEMORY_LIMIT', ini_get( 'memory_limit' ) );",
      grep: "has phpMemory as WordPress's memory limit",
    },
  ]),
  ...inFile("health.php", health, [
    {
      what: "a pod without its database is ready",
      from: " ?? database_problem()",
      grep: "is not ready without its database",
    },
    {
      what: "a pod without Apache is ready",
      from: "web_server_problem() ?? database_problem()",
      to: "database_problem()",
      grep: "is not ready when Apache does not listen",
    },
  ]),
  ...inFile("fatal.php", health, [
    {
      what: "the front page redirects before the theme is loaded",
      from: "remove_action( 'template_redirect', 'redirect_canonical' );",
      grep: "stays ready with a theme that has a fatal error in its template",
    },
  ]),
  ...inFile("site.php", jobs, [
    {
      what: "the dashboard may update core",
      from: "'update_core' === $cap ? array( 'do_not_allow' ) : $caps",
      to: "$caps",
      grep: "creates one site when two runs overlap|lets the administrator change",
    },
    {
      what: "fileModifications false allows file modifications",
      from: "define( 'DISALLOW_FILE_MODS', true );",
      grep: "creates one site when two runs overlap|lets the administrator change",
    },
    {
      what: "the site has its names at every port",
      from: "in_array( $given, array( 0, $port ), true )",
      to: "true",
      grep: "creates one site when two runs overlap|redirects to the requested address",
    },
  ]),
  ...inFile("merge.php", migration, [
    {
      what: "the oldest file wins",
      from: "modified_at( $pod, $file ) > modified_at( $owners[ $file ], $file )",
      to: "modified_at( $pod, $file ) < modified_at( $owners[ $file ], $file )",
      grep: "keep the newest version of each file",
    },
    {
      what: "files of the same size count as the same",
      from: "\n\t\t&& hash_file( 'sha256', $one ) === hash_file( 'sha256', $other )",
      grep: "keep the newest version of each file",
    },
    {
      what: "the partial result of an interrupted run is merged",
      from: "delete_folder( ROOT . '/merging' );",
      grep: "resume after an interruption",
    },
    {
      what: "an older file is not kept",
      from: 'link_or_copy( $from, ROOT . "/conflicts/pod-$pod/$file" );',
      grep: "keep the newest version of each file",
    },
  ]),
  ...inFile("copy.sh", migration, [
    {
      what: "the partial result of an interrupted copy stays",
      from: 'rm --recursive --force "$number.partial"',
      to: "true",
      grep: "resume after an interruption",
    },
  ]),
  ...inFile("objectCache.php", "tests/e2e/objectCache.spec.ts", [
    {
      what: "a plugin without a drop-in turns the object cache on",
      from: "if ( ! is_file( WORDPRESS_OBJECT_CACHE_DROPIN ) ) {",
      to: "if ( false ) {",
      grep: "is turned on in all pods at once|is not turned on with a plugin that has no drop-in",
    },
  ]),
  ...inFile("copyTree.sh", migration, [
    {
      what: "a copy is not compared",
      from: 'diff <(describe_tree "$1") <(describe_tree "$2")',
      to: "true",
      grep: "refuse a copy that differs from its source",
    },
  ]),
  ...inFile("copyTree.sh", "tests/images/smbShare.spec.ts", [
    {
      what: "modes and times are copied to a share that refuses them",
      from: 'if cp --preserve=mode,timestamps "${BASH_SOURCE[0]}" "$to/.probe" 2>/dev/null; then',
      to: "if true; then",
      grep: "fill the claim with the image's wp-content",
    },
  ]),
  ...inFile("fill.sh", jobs, [
    {
      what: "the second of two parallel runs moves its folder into wp-content",
      from: 'mv --no-target-directory "$new" wp-content',
      to: 'mv "$new" wp-content',
      grep: "copies all of the image|creates one wp-content when two runs overlap",
    },
    {
      what: "a run that lost the race leaves its folder",
      from: "trap 'rm -rf \"$new\"' EXIT",
      to: "true",
      grep: "copies all of the image|creates one wp-content when two runs overlap",
    },
  ]),
  ...inFile("core.sh", jobs, [
    {
      what: "a pod has no wp-config.php",
      from: "cp /usr/src/wordpress/wp-config-docker.php /var/www/html/wp-config.php",
      to: "true",
      grep: "creates one site when two runs overlap",
    },
  ]),
  ...inFile("pageCache.conf", pageCache, [
    {
      what: "REST, the dashboard and searches are cached",
      from: '"~*/(wp-json|wp-admin|search)(/|$)" 1;',
      grep: "keeps nothing of the dashboard",
    },
    { what: "addresses of any length are cached", from: '"~^.{512}" 1;', grep: "is not filled by nonsense" },
  ]),
  ...inFile("pageCache.conf", "tests/images/pageCachePrivacy.spec.ts", [
    {
      what: "a page to cache is requested with the visitor's headers",
      from: "proxy_pass_request_headers off;",
      to: "proxy_pass_request_headers on;",
      grep: "shows nothing of visitor A to visitor B",
    },
    {
      what: "the second of two trusted proxies counts as the visitor",
      from: "real_ip_recursive on;",
      to: "real_ip_recursive off;",
      grep: "takes the address from two trusted proxies in a row",
    },
  ]),
  ...inFile("pageCache.conf", "tests/images/pageCacheNames.spec.ts", [
    {
      what: "a new cache pod keeps pages after a purge that it missed",
      from: "js_periodic pageCache.purgeInFirstMinute interval=20s;",
      grep: "purges itself in its first minute",
    },
    {
      what: "a request that fails while the list of pods changes is not retried",
      from: '"~ site$" retry;',
      grep: "while the list changes to other pods",
    },
    {
      what: "a request that fails while the list of pods shrinks to one is not retried",
      from: '"~^(?!POST |LOCK |PATCH )\\S+ \\S+ \\d\\.\\d+ \\S+$" retry;',
      grep: "while the list changes to a single pod, and sends a form once",
    },
    {
      what: "a form that a pod may have processed is sent again",
      from: "(?!POST |LOCK |PATCH )",
      grep: "while the list changes to a single pod, and sends a form once",
    },
    {
      what: "a form that no pod accepted is not retried",
      from: '"~^\\S+ 0 \\d\\.\\d+ \\S+$" retry;',
      grep: "retries a form that no connection took",
    },
  ]),
  ...inFile("pageCache.conf", pageCrowd, [
    {
      what: "a slow download occupies a worker",
      from: "            proxy_max_temp_file_size @FILE_MEBIBYTES@m;\n",
      grep: "serves pages while 64 visitors read",
    },
    {
      what: "more responses are buffered than the volume has space for",
      from: "            limit_conn files_at_once @FILES@;\n",
      grep: "has no room for another one on the disk",
    },
    {
      what: "the body of a page request needs no space on the volume",
      from: "if ($refuse_upload) {\n                return 413;\n            }\n            if ($target_location) {\n                return 418;\n            }",
      to: "if ($target_location) {\n                return 418;\n            }\n            if ($refuse_upload) {\n                return 413;\n            }",
      grep: "refuses uploads that its volume has no room for",
    },
  ]),
  ...inFile("pageCache.js", purges, [
    {
      what: "changes of a pod's first minute are lost",
      from: "if (seconds * 1000 > unlistedMs && Date.now() - startedAt < unlistedMs) await beginNextGeneration(() => undefined);",
      grep: "invalidate pages with a longer lifetime",
    },
    {
      what: "a generation whose purge was considered dead becomes current",
      from: "if (exists(pathOf(number + 1))) return;",
      grep: "never activates a generation",
    },
    {
      what: "a purge that began before a change counts for it",
      from: "const needed = newestGeneration() + 1;",
      to: "const needed = Math.max(newestGeneration(), currentGeneration() + 1);",
      grep: "answers a change only when a generation is current",
    },
  ]),
  ...inFile("pageCacheRequests.js", pageCrowd, [
    {
      what: "uploads are accepted that the volume has no space for",
      from: "total > Number(variables.uploads_limit) || ",
      grep: "refuses uploads that its volume has no room for",
    },
    {
      what: "one client may use all space for uploads",
      from: " || share > Number(variables.upload_share)",
      grep: "accepts an upload from another client",
    },
    {
      what: "the reservations of a crashed worker stay",
      from: "if (fs.statSync(`/proc/${worker}`, { throwIfNoEntry: false })) return true;",
      to: "return true;",
      grep: "releases what a crashed nginx worker",
    },
  ]),
  ...inFile("pageCacheRequests.js", "tests/images/pageCacheAnswers.spec.ts", [
    {
      what: "a page is cached although its headers forbid it",
      from: "if (/(^|[,\\s])(no-store|no-cache|private)($|[,;=\\s])/.test(control)) return 0;",
      grep: "caches no page whose headers forbid it",
    },
  ]),
  ...inFile("pageCache.sh", "tests/images/pageCacheNames.spec.ts", [
    {
      what: "a failed pod of the site gets no requests for a while",
      from: " max_fails=0;",
      to: ";",
      grep: "uses its pods again as soon as they answer",
    },
  ]),
  ...inFile("pageCache.sh", pageCrowd, [
    {
      what: "nginx has more connections than it may open files",
      from: "  connections=$((files / 2 - 32))\n",
      to: "  true\n",
      grep: "answers 60 visitors within 5 s",
    },
  ]),
  ...inFile("pageCache.php", pageChanges, [
    {
      what: "a change of published content does not purge",
      from: "Changes::$content = true;",
      grep: "when an administrator approves a comment",
    },
  ]),
];
