/** IDs of the pages that {@link testPages} adds. */
export const testPage = {
  error: 9001,
  cookie: 9002,
  private: 9003,
  varies: 9004,
  slow: 9005,
  nothing: 9006,
  slower: 9007,
} as const;

/** Log of {@link testPages} in wp-content: changes and the requests that caused them. */
export const changesFile = "e2e-changes";

/** A plugin that responds with test pages and logs changes. */
export const testPages = `<?php
foreach ( array( 'added_option', 'updated_option', 'deleted_option', 'clean_post_cache', 'clean_user_cache', 'edited_term', 'edit_comment' ) as $hook ) {
	add_action( $hook, function ( $what ) use ( $hook ) {
		$line = implode( ' ', array( gmdate( 'H:i:s' ), gethostname(), $_SERVER['REQUEST_URI'] ?? '', $hook, is_scalar( $what ) ? $what : '' ) );
		file_put_contents( WP_CONTENT_DIR . '/${changesFile}', "$line\\n", FILE_APPEND );
	} );
}
add_action( 'template_redirect', function () {
	usleep( (int) get_option( 'e2e_wait', 0 ) );
} );
add_action( 'parse_request', function () {
	$page = (int) ( $_GET['page_id'] ?? 0 );
	switch ( $page ) {
		case ${testPage.error}:
			status_header( 500 );
			exit( 'broken' );
		case ${testPage.cookie}:
			setcookie( 'visitor', uniqid() );
			exit( 'a cookie' );
		case ${testPage.private}:
			header( 'Cache-Control: private' );
			exit( 'private' );
		case ${testPage.varies}:
			header( 'Vary: Accept-Language' );
			exit( 'varies' );
		case ${testPage.slow}:
			global $wpdb;
			$wpdb->query( "UPDATE $wpdb->options SET option_value = option_value + 1 WHERE option_name = 'e2e_slow'" );
			sleep( 2 );
			exit( 'Made slowly' );
		// Longer than the page cache lets requests wait for each other.
		case ${testPage.slower}:
			sleep( 6 );
			exit( 'Made slowly' );
	}
} );
`;
