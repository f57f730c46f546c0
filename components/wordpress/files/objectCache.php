<?php
/**
 * Flushes the object cache and activates it for all pods at once. It runs when all pods are configured for the cache, and again for a new
 * image or a new version of the plugin.
 */

// How long previous pods may still serve after the new ones are ready: Kubernetes's default grace period.
const GRACE_SECONDS = 30;
// PHP's time limit for a visitor's request.
const REQUEST_SECONDS = 30;

// Options and the database are enough. A plugin with a fatal error must not prevent the flush.
define( 'SHORTINIT', true );
require '/var/www/html/wp-load.php';

if ( ! is_file( WORDPRESS_OBJECT_CACHE_DROPIN ) ) {
	fwrite( STDERR, 'There is no ' . WORDPRESS_OBJECT_CACHE_DROPIN . ": list a version of the plugin that has this drop-in\n" );
	exit( 1 );
}
flush_cache();
$settled = WORDPRESS_OBJECT_CACHE['mark'] . ' settled';
if ( object_cache_state() !== $settled ) {
	sleep( GRACE_SECONDS );
	set_object_cache_state( WORDPRESS_OBJECT_CACHE['mark'] );
	// Requests that began without the cache may still change data.
	sleep( REQUEST_SECONDS );
	flush_cache();
	set_object_cache_state( $settled );
	echo "Activated the object cache.\n";
}

/** Writes to the database directly, since WordPress would cache the option. */
function set_object_cache_state( string $state ): void {
	global $wpdb;
	$row = array(
		'option_name'  => WORDPRESS_OBJECT_CACHE_OPTION,
		'option_value' => $state,
		'autoload'     => 'no',
	);
	if ( false === $wpdb->replace( $wpdb->options, $row ) ) {
		fwrite( STDERR, "The state of the object cache cannot be written to the database: $wpdb->last_error\n" );
		exit( 1 );
	}
}

/** Sends commands to the server directly, since the drop-in may not be loaded yet. */
function flush_cache(): void {
	[ 'host' => $host, 'port' => $port ] = WORDPRESS_OBJECT_CACHE;

	$socket = stream_socket_client( "tcp://$host:$port", $code, $message, 10 );
	if ( false === $socket ) {
		fwrite( STDERR, "The object cache cannot be reached at $host:$port: $message\n" );
		exit( 1 );
	}
	foreach ( array( 'AUTH ' . WP_REDIS_PASSWORD, 'FLUSHALL' ) as $command ) {
		fwrite( $socket, "$command\r\n" );
		$answer = fgets( $socket );
		if ( "+OK\r\n" !== $answer ) {
			fwrite( STDERR, 'The object cache refuses ' . strtok( $command, ' ' ) . ": $answer\n" );
			exit( 1 );
		}
	}
}
