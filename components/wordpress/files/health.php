<?php
/**
 * Answers the kubelet's probes: 200 if this pod can serve, else 503 and the reason in one line. It does not load WordPress: plugins,
 * themes, a moved login page and maintenance mode affect what visitors see, but never whether the pod gets requests.
 */

// Timeout for the connection, and again for the database's answer.
const HEALTH_DATABASE_SECONDS = 2;

( static function () {
	header( 'Content-Type: text/plain' );
	header( 'Cache-Control: no-store' );
	$problem = web_server_problem() ?? database_problem();
	if ( null !== $problem ) {
		http_response_code( 503 );
		// Kubernetes events do not contain this answer, so the container's log has to.
		file_put_contents( 'php://stderr', "Not ready: $problem\n" );
	}
	echo $problem ?? 'ready', "\n";
} )();

/**
 * Checks in the kernel's socket table that Apache listens. A test connection would need a free Apache worker: clients that occupy all
 * workers could then make the pod unready.
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
