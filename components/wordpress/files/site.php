<?php
/**
 * Runs at every request and in every job, from wp-config.php and before WordPress. What the stack's configuration says comes as
 * JSON: nothing of it is ever PHP.
 */

/** Says in the database that the object cache is used, and which one: its mark, and a word more when nothing of before is in it. */
const WORDPRESS_OBJECT_CACHE_OPTION = 'wordpress_stack_object_cache';

( static function () {
	$settings = json_decode( file_get_contents( '/etc/wordpress-settings.json' ), true, 8, JSON_THROW_ON_ERROR );

	if ( 'cli' === PHP_SAPI ) {
		register_shutdown_function( 'fail_without_wordpress' );
	}

	// A CronJob runs what is due, once for all pods.
	define( 'DISABLE_WP_CRON', true );
	// The files of wp-content are this user's on every kind of volume, whatever their owner's number.
	define( 'FS_METHOD', 'direct' );
	// Core comes from the image: changed in one pod it would be gone with it, and until then unlike the others.
	define( 'WP_AUTO_UPDATE_CORE', false );
	// What the stack's configuration allows a request, in the dashboard and in cron too: WordPress's own values raise it there.
	define( 'WP_MEMORY_LIMIT', ini_get( 'memory_limit' ) );
	define( 'WP_MAX_MEMORY_LIMIT', ini_get( 'memory_limit' ) );
	if ( ! $settings['fileModifications'] ) {
		define( 'DISALLOW_FILE_MODS', true );
	}
	$GLOBALS['wp_filter']['map_meta_cap'][10]['core-from-the-image'] = array(
		'function'      => static fn ( $caps, $cap ) => 'update_core' === $cap ? array( 'do_not_allow' ) : $caps,
		'accepted_args' => 2,
	);

	$GLOBALS['wp_filter']['muplugins_loaded'][10]['fresh-code'] = array(
		'function'      => 'compile_code_that_is_checked',
		'accepted_args' => 0,
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

	if ( null !== $settings['objectCache'] ) {
		object_cache( $settings['objectCache'] );
	}

	if ( isset( $settings['siteUrl'] ) && ! $settings['trustsProxies'] ) {
		// No proxy's word counts, and the site has one address: its scheme is that of every request.
		$_SERVER['HTTPS'] = str_starts_with( $settings['siteUrl'], 'https:' ) ? 'on' : 'off';
	}
	$asked   = asked_address( $settings );
	$address = $settings['siteUrl'] ?? null;
	if ( null === $address ) {
		$address = $asked ?? refuse_host();
	} elseif ( null === $asked ) {
		// WordPress leads whoever has to log in back to where they came from.
		$_SERVER['HTTP_HOST'] = preg_replace( '#^https?://#', '', $address );
	}
	define( 'WP_HOME', $address );
	define( 'WP_SITEURL', $address );
} )();

/**
 * Has WordPress keep values in the stack's Valkey, by the drop-in of a plugin that is on the stack's list. Not as a file in wp-content,
 * which all pods would have from one moment on, also those without the password. Whether it is used now is in the database alone, so
 * that it is the same for all pods: one without it would change what the others go on reading from it.
 */
function object_cache( array $server ): void {
	$password       = (string) getenv( 'WORDPRESS_OBJECT_CACHE_PASSWORD' );
	$server['host'] = (string) getenv( 'WORDPRESS_OBJECT_CACHE_HOST' );
	define( 'WORDPRESS_OBJECT_CACHE', $server + array( 'mark' => substr( hash( 'sha256', $password ), 0, 16 ) ) );
	define( 'WORDPRESS_OBJECT_CACHE_DROPIN', "/var/www/html/wp-content/plugins/{$server['plugin']}/includes/object-cache.php" );
	define( 'WP_REDIS_HOST', $server['host'] );
	define( 'WP_REDIS_PORT', $server['port'] );
	define( 'WP_REDIS_PASSWORD', $password );
	// Seconds. While it is away there is the database; what a pod then changed without being able to say so is old for ten minutes at most.
	define( 'WP_REDIS_TIMEOUT', 1 );
	define( 'WP_REDIS_READ_TIMEOUT', 1 );
	define( 'WP_REDIS_GRACEFUL', true );
	define( 'WP_REDIS_MAXTTL', 600 );
	$GLOBALS['wp_filter']['enable_loading_object_cache_dropin'][10]['object-cache'] = array(
		'function'      => static function () {
			if ( str_starts_with( object_cache_state(), WORDPRESS_OBJECT_CACHE['mark'] ) && is_file( WORDPRESS_OBJECT_CACHE_DROPIN ) ) {
				require_once WORDPRESS_OBJECT_CACHE_DROPIN;
				wp_using_ext_object_cache( true );
			}
			return false;
		},
		'accepted_args' => 0,
	);
}

/** What the database says of it; empty where it says nothing, and where it has no table yet. */
function object_cache_state(): string {
	global $wpdb;
	$were_hidden = $wpdb->suppress_errors();
	$value       = $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = '" . WORDPRESS_OBJECT_CACHE_OPTION . "'" );
	$wpdb->suppress_errors( $were_hidden );
	return (string) $value;
}

/**
 * The address that was asked for, if the site has it: links and redirects may begin with it. Any other name would lead to whoever
 * sent it, in a mail about a password for example.
 */
function asked_address( array $settings ): ?string {
	$port = $settings['nodePort'];
	if ( 'cli' === PHP_SAPI ) {
		return 'http://' . $settings['addresses'][0] . ":$port";
	}
	$asked = strtolower( $_SERVER['HTTP_HOST'] ?? '' );
	if ( ! preg_match( '/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/', $asked, $parts ) ) {
		return null;
	}
	$name  = $parts[1];
	$given = (int) ( $parts[2] ?? 0 );
	// From the pod itself, or by `kubectl port-forward`, which ends in a pod: the page cache passes on the address that it sees.
	$near    = array( 'localhost', '127.0.0.1', '[::1]', host_of( 'POD_IP' ) );
	$is_near = in_array( $name, $near, true ) && is_from_a_pod_itself();
	$is_own  = in_array( $name, array_merge( $settings['hosts'], $settings['addresses'], array( host_of( 'HOST_IP' ) ) ), true );
	if ( ! $is_near && ! ( $is_own && in_array( $given, array( 0, $port ), true ) ) ) {
		return null;
	}
	return ( 'on' === ( $_SERVER['HTTPS'] ?? '' ) ? 'https' : 'http' ) . "://$asked";
}

/** Whether the request began in this pod, or in the page cache's: no other client can have these addresses. */
function is_from_a_pod_itself(): bool {
	$client = $_SERVER['REMOTE_ADDR'] ?? '';
	return str_starts_with( $client, '127.' ) || in_array( $client, array( '::1', (string) getenv( 'POD_IP' ) ), true );
}

/**
 * After an edit in the dashboard WordPress requests pages to see whether the new code is fatal, from any pod. opcache there may know
 * the file as it was for some seconds more, and the check would pass. WordPress's own key tells these requests from a visitor's.
 */
function compile_code_that_is_checked(): void {
	if ( ! isset( $_REQUEST['wp_scrape_key'], $_REQUEST['wp_scrape_nonce'] ) ) {
		return;
	}
	$key   = substr( sanitize_key( wp_unslash( $_REQUEST['wp_scrape_key'] ) ), 0, 32 );
	$nonce = wp_unslash( $_REQUEST['wp_scrape_nonce'] );
	if ( get_transient( "scrape_key_$key" ) === $nonce ) {
		ini_set( 'opcache.enable', '0' );
	}
}

/** The IP address in a variable, as a Host header has it. */
function host_of( string $variable ): string {
	$address = (string) getenv( $variable );
	return str_contains( $address, ':' ) ? "[$address]" : $address;
}

/**
 * Fails a job that ends before WordPress is there. WordPress itself ends PHP with 0 where the database refuses it, and so may a must-use
 * plugin: the job would have succeeded, and done nothing.
 */
function fail_without_wordpress(): void {
	global $wpdb;
	// A part of WordPress is all that such a job loads.
	$is_part = defined( 'SHORTINIT' ) && SHORTINIT;
	if ( ! ( $is_part ? $wpdb->ready ?? false : function_exists( 'did_action' ) && did_action( 'wp_loaded' ) ) ) {
		exit( 1 );
	}
}

function refuse_host(): never {
	http_response_code( 400 );
	header( 'Content-Type: text/plain' );
	exit( "This site does not answer to this name. Names that it is to have: siteHosts, or siteUrl for one.\n" );
}
