<?php
/**
 * Runs in every request and in every job: wp-config.php loads it before WordPress. It reads the stack's configuration as JSON, so that no
 * value is ever run as PHP.
 */

/** Option with the state of the object cache: the mark of the cache in use, followed by "settled" once it holds no outdated values. */
const WORDPRESS_OBJECT_CACHE_OPTION = 'wordpress_stack_object_cache';

( static function () {
	$settings = json_decode( file_get_contents( '/etc/wordpress-settings.json' ), true, 8, JSON_THROW_ON_ERROR );

	if ( 'cli' === PHP_SAPI ) {
		register_shutdown_function( 'fail_without_wordpress' );
	}

	// A CronJob runs due events, once for all pods.
	define( 'DISABLE_WP_CRON', true );
	// PHP may write to wp-content on every kind of volume, even if the files' owner has another user ID.
	define( 'FS_METHOD', 'direct' );
	// Core is part of the image. An update in one pod would differ from the other pods and be lost with the pod.
	define( 'WP_AUTO_UPDATE_CORE', false );
	// phpMemory is the limit in the dashboard and in cron too, where WordPress's defaults would raise it.
	define( 'WP_MEMORY_LIMIT', ini_get( 'memory_limit' ) );
	define( 'WP_MAX_MEMORY_LIMIT', ini_get( 'memory_limit' ) );
	if ( ! $settings['fileModifications'] ) {
		define( 'DISALLOW_FILE_MODS', true );
	}
	$GLOBALS['wp_filter']['map_meta_cap'][10]['core-from-the-image'] = array(
		'function'      => static fn ( $caps, $cap ) => 'update_core' === $cap ? array( 'do_not_allow' ) : $caps,
		'accepted_args' => 2,
	);

	$GLOBALS['wp_filter']['admin_notices'][2]['core-from-the-image'] = array(
		'function'      => 'say_who_updates_core',
		'accepted_args' => 0,
	);

	$GLOBALS['wp_filter']['muplugins_loaded'][10]['fresh-code'] = array(
		'function'      => 'recompile_scraped_code',
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
		configure_object_cache( $settings['objectCache'] );
	}

	if ( isset( $settings['siteUrl'] ) && ! $settings['trustsProxies'] ) {
		// Without trusted proxies, every request has the scheme of the site's only address.
		$_SERVER['HTTPS'] = str_starts_with( $settings['siteUrl'], 'https:' ) ? 'on' : 'off';
	}
	$requested = requested_address( $settings );
	$address   = $settings['siteUrl'] ?? null;
	if ( null === $address ) {
		$address = $requested ?? refuse_host();
	} elseif ( null === $requested ) {
		// After a login, WordPress redirects to the requested address, which has to be the site's own.
		$_SERVER['HTTP_HOST'] = preg_replace( '#^https?://#', '', $address );
	}
	define( 'WP_HOME', $address );
	define( 'WP_SITEURL', $address );
} )();

/**
 * Connects WordPress to the stack's Valkey by the drop-in of a plugin on the stack's list. The drop-in is not copied to wp-content: all
 * pods would load it from that moment, even those without the password. The database alone says whether the cache is in use, so that
 * all pods agree. A pod without the cache would change data of which the others still read cached values.
 */
function configure_object_cache( array $server ): void {
	$password       = (string) getenv( 'WORDPRESS_OBJECT_CACHE_PASSWORD' );
	$server['host'] = (string) getenv( 'WORDPRESS_OBJECT_CACHE_HOST' );
	define( 'WORDPRESS_OBJECT_CACHE', $server + array( 'mark' => substr( hash( 'sha256', $password ), 0, 16 ) ) );
	define( 'WORDPRESS_OBJECT_CACHE_DROPIN', "/var/www/html/wp-content/plugins/{$server['plugin']}/includes/object-cache.php" );
	define( 'WP_REDIS_HOST', $server['host'] );
	define( 'WP_REDIS_PORT', $server['port'] );
	define( 'WP_REDIS_PASSWORD', $password );
	// Seconds. If the cache is unavailable, WordPress uses the database. A pod cannot invalidate values then: they are outdated for ten
	// minutes at most.
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

/** Value of the object cache's option; empty if the option or its table does not exist yet. */
function object_cache_state(): string {
	global $wpdb;
	$were_hidden = $wpdb->suppress_errors();
	$value       = $wpdb->get_var( "SELECT option_value FROM $wpdb->options WHERE option_name = '" . WORDPRESS_OBJECT_CACHE_OPTION . "'" );
	$wpdb->suppress_errors( $were_hidden );
	return (string) $value;
}

/**
 * The requested address if it is one of the site's, else null. WordPress uses it in links and redirects. With any other name, a mail about
 * a password could link to an attacker's site.
 */
function requested_address( array $settings ): ?string {
	$port = $settings['nodePort'];
	if ( 'cli' === PHP_SAPI ) {
		return 'http://' . $settings['addresses'][0] . ":$port";
	}
	$requested = strtolower( $_SERVER['HTTP_HOST'] ?? '' );
	if ( ! preg_match( '/^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/', $requested, $parts ) ) {
		return null;
	}
	$name  = $parts[1];
	$given = (int) ( $parts[2] ?? 0 );
	// From the pod itself, or by `kubectl port-forward` to this pod or to the page cache, which passes on the client's address.
	$near    = array( 'localhost', '127.0.0.1', '[::1]', host_of( 'POD_IP' ) );
	$is_near = in_array( $name, $near, true ) && is_request_from_pod();
	$is_own  = in_array( $name, array_merge( $settings['hosts'], $settings['addresses'], array( host_of( 'HOST_IP' ) ) ), true );
	if ( ! $is_near && ! ( $is_own && in_array( $given, array( 0, $port ), true ) ) ) {
		return null;
	}
	return ( 'on' === ( $_SERVER['HTTPS'] ?? '' ) ? 'https' : 'http' ) . "://$requested";
}

/** Whether the request comes from this pod or a page cache pod itself: no other client can have these addresses. */
function is_request_from_pod(): bool {
	$client = $_SERVER['REMOTE_ADDR'] ?? '';
	return str_starts_with( $client, '127.' ) || in_array( $client, array( '::1', (string) getenv( 'POD_IP' ) ), true );
}

/**
 * Tells administrators who updates core here: on the page for updates, and on every page once WordPress knows of a newer release. It
 * replaces WordPress's own notice, which tells them to notify the site administrator.
 */
function say_who_updates_core(): void {
	global $pagenow;
	if ( ! current_user_can( 'manage_options' ) ) {
		return;
	}
	remove_action( 'admin_notices', 'update_nag', 3 );
	$update = get_preferred_from_update_core();
	$newer  = 'upgrade' === ( $update->response ?? '' ) ? $update->current : null;
	if ( null === $newer && 'update-core.php' !== $pagenow ) {
		return;
	}
	printf(
		'<div class="notice notice-%s"><p>%sWordPress itself is updated outside of this dashboard, for all pods at once: <code>pulumi config set wordpressImage …</code>, then <code>pulumi up</code>.</p></div>',
		null === $newer ? 'info' : 'warning',
		null === $newer ? '' : '<strong>' . esc_html( "WordPress $newer is available." ) . '</strong> '
	);
}

/**
 * Disables opcache for WordPress's check of edited code. After an edit in the dashboard, WordPress requests pages to see whether the new
 * code is fatal. These requests reach any pod, whose opcache may have the previous file for some more seconds: the check would pass.
 * WordPress's own key distinguishes them from a visitor's requests.
 */
function recompile_scraped_code(): void {
	if ( ! isset( $_REQUEST['wp_scrape_key'], $_REQUEST['wp_scrape_nonce'] ) ) {
		return;
	}
	$key   = substr( sanitize_key( wp_unslash( $_REQUEST['wp_scrape_key'] ) ), 0, 32 );
	$nonce = wp_unslash( $_REQUEST['wp_scrape_nonce'] );
	if ( get_transient( "scrape_key_$key" ) === $nonce ) {
		ini_set( 'opcache.enable', '0' );
	}
}

/** The IP address in an environment variable, in the form of a Host header. */
function host_of( string $variable ): string {
	$address = (string) getenv( $variable );
	return str_contains( $address, ':' ) ? "[$address]" : $address;
}

/**
 * Fails a job that ends before WordPress is loaded. If the database refuses the connection, WordPress itself exits with 0, and so may a
 * must-use plugin. The job would count as successful without having done anything.
 */
function fail_without_wordpress(): void {
	global $wpdb;
	// A job with SHORTINIT loads a part of WordPress only.
	$is_part = defined( 'SHORTINIT' ) && SHORTINIT;
	if ( ! ( $is_part ? $wpdb->ready ?? false : function_exists( 'did_action' ) && did_action( 'wp_loaded' ) ) ) {
		exit( 1 );
	}
}

function refuse_host(): never {
	http_response_code( 400 );
	header( 'Content-Type: text/plain' );
	exit( "This site does not serve this host name. Add the name to siteHosts, or set siteUrl.\n" );
}
