/** A plugin that answers WordPress's update check like api.wordpress.org does when it has this release. */
export function offeredRelease(version: string): string {
  const archive = `https://downloads.wordpress.org/release/wordpress-${version}.zip`;
  const offer = {
    ...{ response: "upgrade", download: archive, locale: "en_US", packages: { full: archive, no_content: false } },
    ...{ current: version, version, php_version: "7.4", mysql_version: "5.5.5", partial_version: false },
  };
  return `<?php
add_filter( 'pre_http_request', function ( $answer, $args, $url ) {
	return str_contains( $url, '/core/version-check/' )
		? array( 'response' => array( 'code' => 200, 'message' => 'OK' ), 'headers' => array(), 'cookies' => array(), 'body' => '${JSON.stringify({ offers: [offer], translations: [] })}' )
		: $answer;
}, 10, 3 );
`;
}
