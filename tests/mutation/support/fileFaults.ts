import type { Fault } from "./fault";

type FileFault = Pick<Fault, "what" | "from" | "to" | "grep">;

/** Faults in a file of the site. */
function inFile(file: string, spec: string, faults: readonly FileFault[]): Fault[] {
  return faults.map((fault) => ({ ...fault, file: `components/site/files/${file}`, spec }));
}

const jobs = "tests/images/siteJobs.spec.ts";
const extensions = "tests/images/siteExtensions.spec.ts";
const migration = "tests/images/siteMigration.spec.ts";
const pageCache = "tests/e2e/pageCache.spec.ts";
const pageChanges = "tests/images/pageChanges.spec.ts";

/** Faults in what runs in the containers: PHP, shell, nginx. StrykerJS mutates TypeScript alone. */
export const fileFaults: readonly Fault[] = [
  ...inFile("extensions.php", extensions, [
    {
      what: "an archive's checksum is not compared",
      from: "if ( $sum !== $extension['sha256'] ) {",
      to: "if ( false ) {",
      grep: "fetches a plugin|has another checksum",
    },
    {
      what: "an archive may lead out of its folder",
      from: " || preg_match( '#(^|/)\\.\\.(/|$)|\\\\\\\\#', $entry )",
      grep: "fetches a plugin|has a way out of its folder",
    },
    {
      what: "an archive may have another folder",
      from: '! str_starts_with( $entry, "$slug/" ) || ',
      grep: "fetches a plugin|has another folder",
    },
    {
      what: "a plugin of the user's is replaced",
      from: "if ( is_dir( $home ) && null === $before ) {",
      to: "if ( false ) {",
      grep: "fetches a plugin|does not touch what",
    },
    {
      what: "a theme in use is removed",
      from: "if ( 'themes' === $kind && in_array( $slug, array( get_stylesheet(), get_template() ), true ) ) {",
      to: "if ( false ) {",
      grep: "fetches a plugin|installs a theme",
    },
    {
      what: "an answer other than 200 counts as the archive",
      from: 'return 200 === $status ? null : "$url answers $status";',
      to: "return null;",
      grep: "fetches a plugin|is not there",
    },
    {
      what: "a plugin is never deactivated",
      from: '\t\tdeactivate_plugins( "$slug/$file" );',
      grep: "fetches a plugin|replaces it by another",
    },
    {
      what: "a plugin is not marked as the stack's own before it is in its place",
      from: "note( $own, $kind, $slug, 'being installed' );",
      grep: "fetches a plugin|goes on where it was cut off",
    },
  ]),
  ...inFile("install.php", jobs, [
    {
      what: "quotes and backslashes of the password are lost",
      from: "wp_slash( getenv( 'ADMIN_PASSWORD' ) )",
      to: "getenv( 'ADMIN_PASSWORD' )",
      grep: "makes one when it runs twice|takes title and password",
    },
    {
      what: "an installation that was cut off counts as a site",
      from: "if ( has_users() && ! is_being_made() ) {",
      to: "if ( has_users() ) {",
      grep: "makes one when it runs twice|no administrator yet",
    },
    {
      what: "a site that is there is installed again",
      from: "if ( has_users() && ! is_being_made() ) {",
      to: "if ( false ) {",
      grep: "makes one when it runs twice|touches no user",
    },
    {
      what: "permalinks are not set",
      from: "update_option( 'permalink_structure', '/%year%/%monthnum%/%day%/%postname%/' );",
      grep: "makes one when it runs twice|no administrator yet",
    },
  ]),
  ...inFile("site.php", jobs, [
    {
      what: "the dashboard may update core",
      from: "'update_core' === $cap ? array( 'do_not_allow' ) : $caps",
      to: "$caps",
      grep: "makes one when it runs twice|lets the administrator change",
    },
    {
      what: "fileModifications false allows all the same",
      from: "define( 'DISALLOW_FILE_MODS', true );",
      grep: "makes one when it runs twice|lets the administrator change",
    },
    {
      what: "the site has its names at every port",
      from: "in_array( $given, array( 0, $port ), true )",
      to: "true",
      grep: "makes one when it runs twice|leads to the address",
    },
  ]),
  ...inFile("merge.php", migration, [
    {
      what: "the oldest file is in its place",
      from: "modified( $pod, $file ) > modified( $owners[ $file ], $file )",
      to: "modified( $pod, $file ) < modified( $owners[ $file ], $file )",
      grep: "put together what each pod has",
    },
    {
      what: "files of the same size count as the same",
      from: "\n\t\t&& hash_file( 'sha256', $one ) === hash_file( 'sha256', $other )",
      grep: "put together what each pod has",
    },
    {
      what: "half of a previous run is merged too",
      from: "clear( ROOT . '/merging' );",
      grep: "go on where they were cut off",
    },
    {
      what: "an older file is not kept",
      from: 'put( $from, ROOT . "/conflicts/pod-$pod/$file" );',
      grep: "put together what each pod has",
    },
  ]),
  ...inFile("copy.sh", migration, [
    {
      what: "half of a previous copy stays",
      from: 'rm --recursive --force "$number.partial"',
      to: "true",
      grep: "go on where they were cut off",
    },
  ]),
  ...inFile("fill.sh", jobs, [
    {
      what: "of two runs at once, the second puts its folder into wp-content",
      from: 'mv --no-target-directory "$new" wp-content',
      to: 'mv "$new" wp-content',
      grep: "puts all of the image|does it once when it runs twice",
    },
    {
      what: "a run that was too late leaves its folder",
      from: "trap 'rm -rf \"$new\"' EXIT",
      to: "true",
      grep: "puts all of the image|does it once when it runs twice",
    },
  ]),
  ...inFile("core.sh", jobs, [
    {
      what: "a pod has no wp-config.php",
      from: "cp /usr/src/wordpress/wp-config-docker.php /var/www/html/wp-config.php",
      to: "true",
      grep: "makes one when it runs twice",
    },
  ]),
  ...inFile("pageCache.conf", pageCache, [
    {
      what: "REST, the dashboard and searches are kept",
      from: '"~*/(wp-json|wp-admin|search)(/|$)" 1;',
      grep: "keeps nothing of the dashboard",
    },
    { what: "addresses of any length are kept", from: '"~^.{512}" 1;', grep: "is not filled by nonsense" },
  ]),
  ...inFile("pageCache.php", pageChanges, [
    {
      what: "an approved comment does not purge",
      from: "in_array( 'approved', array( $status, $previous ), true ) && note_content()",
      to: "false",
      grep: "of a visitor's comment",
    },
  ]),
];
