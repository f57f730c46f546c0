<?php
/**
 * Tells every pod of the page cache, at the end of a request that changed what visitors see. Loaded as a plugin that cannot be
 * turned off; not from wp-content, which is the user's.
 */

( static function () {
	$changed = false;
	$note    = static function () use ( &$changed ) {
		$changed = true;
	};
	// A comment that waits for approval changes nothing yet; one that is approved changes its post's count.
	foreach ( array( 'edit_comment', 'transition_comment_status', 'created_term', 'edited_term', 'delete_term', 'clean_user_cache', 'wp_update_nav_menu', 'switch_theme', 'upgrader_process_complete' ) as $hook ) {
		add_action( $hook, $note );
	}
	// Called for every way to change a post. Drafts and revisions, which the dashboard makes by itself, nobody sees.
	add_action(
		'clean_post_cache',
		static function ( $id, $post ) use ( $note ) {
			if ( 'revision' !== $post->post_type && in_array( $post->post_status, array( 'publish', 'inherit' ), true ) ) {
				$note();
			}
		},
		10,
		2
	);
	add_action(
		'transition_post_status',
		static function ( $status, $before ) use ( $note ) {
			if ( 'publish' === $before && 'publish' !== $status ) {
				$note();
			}
		},
		10,
		2
	);
	foreach ( array( 'added_option', 'updated_option', 'deleted_option' ) as $hook ) {
		add_action(
			$hook,
			static function ( $option ) use ( $note ) {
				// What WordPress writes down for itself, at any time; no page shows it.
				if ( ! preg_match( '/^(_site)?_transient_|^(cron|doing_cron|recently_edited|can_compress_scripts|auto_core_update_\w+|recovery_\w+|finished_\w+|https_detection_errors|user_count|.*\.lock)$/', (string) $option ) ) {
					$note();
				}
			}
		);
	}
	add_action(
		'shutdown',
		static function () use ( &$changed ) {
			if ( $changed ) {
				tell_page_caches();
			}
		},
		PHP_INT_MAX
	);
} )();

/** A cache that cannot be told has its pages until their time is over. */
function tell_page_caches(): void {
	[ 'host' => $host, 'port' => $port ] = WORDPRESS_PAGE_CACHES;

	// A job does not know by which of the site's names visitors come, and there may be no pod yet that makes a page for them.
	$path      = 'cli' === PHP_SAPI ? 'renew' : 'renew-from-front-page';
	$home      = wp_parse_url( WP_HOME );
	$addresses = gethostbynamel( $host ) ?: array_column( dns_get_record( $host, DNS_AAAA ) ?: array(), 'ipv6' );
	$requests  = array_map(
		static fn ( $address ) => array(
			'url'     => 'http://' . ( str_contains( $address, ':' ) ? "[$address]" : $address ) . ":$port/$path",
			'type'    => 'POST',
			// By these it makes the front page.
			'headers' => array(
				'Host'              => $home['host'] . ( isset( $home['port'] ) ? ":{$home['port']}" : '' ),
				'X-Forwarded-Proto' => $home['scheme'],
			),
		),
		$addresses
	);
	$options   = array(
		// The front page has two seconds.
		'timeout'         => 3,
		'connect_timeout' => 1,
	);
	foreach ( WpOrg\Requests\Requests::request_multiple( $requests, $options ) as $index => $response ) {
		if ( ! $response instanceof WpOrg\Requests\Response || ! $response->success ) {
			error_log( "The page cache at {$addresses[ $index ]} was not told of a change: its pages are new when their time is over." );
		}
	}
}
