<?php
/**
 * Runs at every request and in every job, from wp-config.php and before WordPress. What the stack's configuration says comes as
 * JSON: nothing of it is ever PHP.
 */

( static function () {
	$settings = json_decode( file_get_contents( '/etc/wordpress-settings.json' ), true, 8, JSON_THROW_ON_ERROR );

	// A CronJob runs what is due, once for all pods.
	define( 'DISABLE_WP_CRON', true );
	// The files of wp-content are this user's on every kind of volume, whatever their owner's number.
	define( 'FS_METHOD', 'direct' );
	// Core comes from the image: changed in one pod it would be gone with it, and until then unlike the others.
	define( 'WP_AUTO_UPDATE_CORE', false );
	if ( ! $settings['fileModifications'] ) {
		define( 'DISALLOW_FILE_MODS', true );
	}
	$GLOBALS['wp_filter']['map_meta_cap'][10]['core-from-the-image'] = array(
		'function'      => static fn ( $caps, $cap ) => 'update_core' === $cap ? array( 'do_not_allow' ) : $caps,
		'accepted_args' => 2,
	);

	if ( null !== $settings['pageCaches'] ) {
		define( 'WORDPRESS_PAGE_CACHES', $settings['pageCaches'] );
		$GLOBALS['wp_filter']['muplugins_loaded'][10]['page-cache'] = array(
			'function'      => static function () {
				require '/etc/wordpress-pageCache.php';
			},
			'accepted_args' => 0,
		);
	}

	$address = $settings['siteUrl'] ?? site_address( $settings );
	define( 'WP_HOME', $address );
	define( 'WP_SITEURL', $address );
} )();

/**
 * The address that links and redirects begin with: the one that was asked for, if the site has it. Any other name would lead
 * to whoever sent it, in a mail about a password for example.
 */
function site_address( array $settings ): string {
	$port = $settings['nodePort'];
	if ( 'cli' === PHP_SAPI ) {
		return 'http://' . $settings['addresses'][0] . ":$port";
	}
	$asked = strtolower( $_SERVER['HTTP_HOST'] ?? '' );
	if ( ! preg_match( '/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/', $asked, $parts ) ) {
		refuse_host();
	}
	$name  = $parts[1];
	$given = (int) ( $parts[2] ?? 0 );
	// On this machine, by `kubectl port-forward` for example, and as the kubelet asks.
	$near    = array( 'localhost', '127.0.0.1', '[::1]', host_of( 'POD_IP' ) );
	$is_near = in_array( $name, $near, true );
	$is_own  = in_array( $name, array_merge( $settings['hosts'], $settings['addresses'], array( host_of( 'HOST_IP' ) ) ), true );
	if ( ! $is_near && ! ( $is_own && in_array( $given, array( 0, $port ), true ) ) ) {
		refuse_host();
	}
	return ( 'on' === ( $_SERVER['HTTPS'] ?? '' ) ? 'https' : 'http' ) . "://$asked";
}

/** The IP address in a variable, as a Host header has it. */
function host_of( string $variable ): string {
	$address = (string) getenv( $variable );
	return str_contains( $address, ':' ) ? "[$address]" : $address;
}

function refuse_host(): never {
	http_response_code( 400 );
	header( 'Content-Type: text/plain' );
	exit( "This site does not answer to this name. Names that it is to have: siteHosts, or siteUrl for one.\n" );
}
