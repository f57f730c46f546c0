<?php
/**
 * Has all pods use the object cache from now on, with nothing of before in it. It runs when all of them know of it, and again for
 * another image and another version of the plugin.
 */

// How long a pod of before may go on serving when the new ones are ready: its period of grace, Kubernetes's own.
const GRACE_SECONDS = 30;
// The longest that PHP lets a request of a visitor's run.
const REQUEST_SECONDS = 30;

// Options and the database are enough. A plugin with a fatal error must not keep the cache from being emptied.
define( 'SHORTINIT', true );
require '/var/www/html/wp-load.php';

if ( ! is_file( WORDPRESS_OBJECT_CACHE_DROPIN ) ) {
	fwrite( STDERR, 'There is no ' . WORDPRESS_OBJECT_CACHE_DROPIN . ": this version of the plugin cannot be used\n" );
	exit( 1 );
}
forget_all();
$settled = WORDPRESS_OBJECT_CACHE['mark'] . ' settled';
if ( object_cache_state() !== $settled ) {
	sleep( GRACE_SECONDS );
	set_object_cache_state( WORDPRESS_OBJECT_CACHE['mark'] );
	// What began without it may still change something.
	sleep( REQUEST_SECONDS );
	forget_all();
	set_object_cache_state( $settled );
	echo "The object cache is used from now on.\n";
}

/** Past WordPress, which would remember it. */
function set_object_cache_state( string $state ): void {
	global $wpdb;
	$row = array(
		'option_name'  => WORDPRESS_OBJECT_CACHE_OPTION,
		'option_value' => $state,
		'autoload'     => 'no',
	);
	if ( false === $wpdb->replace( $wpdb->options, $row ) ) {
		fwrite( STDERR, "The database cannot be told that the object cache is used: $wpdb->last_error\n" );
		exit( 1 );
	}
}

/** By the server's own words: the drop-in may not be loaded yet. */
function forget_all(): void {
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
			fwrite( STDERR, "The object cache refuses what it is asked: $answer\n" );
			exit( 1 );
		}
	}
}
