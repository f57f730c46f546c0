<?php
/**
 * Answers the kubelet in one line: 200 where this pod can serve, 503 where it cannot. It loads nothing of WordPress: a plugin, a
 * theme, a moved login page or maintenance decides what visitors see, and never whether the pod gets requests.
 */

// Bounds both the connection and the wait for the database's answer.
const HEALTH_DATABASE_SECONDS = 2;

( static function () {
	header( 'Content-Type: text/plain' );
	header( 'Cache-Control: no-store' );
	$problem = web_server_problem() ?? database_problem();
	if ( null !== $problem ) {
		http_response_code( 503 );
		// The answer's text is in no event: the container's log is where people find the reason.
		file_put_contents( 'php://stderr', "Not ready: $problem\n" );
	}
	echo $problem ?? 'ready', "\n";
} )();

/**
 * Reads the kernel's table of sockets. A connection would have to be accepted: visitors who keep all of Apache's workers busy could
 * then take the pod out.
 */
function web_server_problem(): ?string {
	// Local port 80 (0050) in the state LISTEN (0A), over IPv4 or IPv6.
	foreach ( array( '/proc/self/net/tcp', '/proc/self/net/tcp6' ) as $table ) {
		if ( is_readable( $table ) && preg_match( '/^ *\d+: [0-9A-F]+:0050 [0-9A-F]+:0000 0A /m', file_get_contents( $table ) ) ) {
			return null;
		}
	}
	return 'Apache does not listen on port 80';
}

function database_problem(): ?string {
	mysqli_report( MYSQLI_REPORT_OFF );
	$database = mysqli_init();
	$database->options( MYSQLI_OPT_CONNECT_TIMEOUT, HEALTH_DATABASE_SECONDS );
	$database->options( MYSQLI_OPT_READ_TIMEOUT, HEALTH_DATABASE_SECONDS );
	$names = array( 'WORDPRESS_DB_HOST', 'WORDPRESS_DB_USER', 'WORDPRESS_DB_PASSWORD', 'WORDPRESS_DB_NAME' );
	if ( @$database->real_connect( ...array_map( 'getenv', $names ) ) ) {
		$database->close();
		return null;
	}
	return "no connection to the database: $database->connect_error";
}
