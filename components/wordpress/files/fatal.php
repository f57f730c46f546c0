<?php
/**
 * Loads WordPress like a request for the front page. If a plugin or theme ends it with a fatal error, prints that plugin or theme, else
 * nothing.
 */

// WordPress's own handler would print an error page for visitors.
define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
define( 'WP_USE_THEMES', true );

$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['SERVER_NAME']     = 'localhost';
$_SERVER['HTTP_HOST']       = 'localhost';

// Discards the page itself.
ob_start( static fn () => '' );
register_shutdown_function(
	static function () {
		$error = error_get_last();
		while ( ob_get_level() > 0 ) {
			ob_end_clean();
		}
		if ( null !== $error && $error['type'] & ( E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR ) ) {
			echo describe_error( $error );
		}
		// A report is a success: the caller reads it from a command that exits with 0.
		exit( 0 );
	}
);

require '/var/www/html/wp-load.php';
// Would redirect to the site's own address and exit before the theme is loaded.
remove_action( 'template_redirect', 'redirect_canonical' );
wp();
require ABSPATH . WPINC . '/template-loader.php';

/** One line: the plugin or theme, its file and line, and PHP's message without the stack trace. */
function describe_error( array $error ): string {
	$file = str_replace( '/var/www/html/', '', $error['file'] );
	// In the message of an exception, PHP repeats file and line and appends a stack trace.
	$message = preg_replace( '/ in \S+:\d+$/', '', strtok( $error['message'], "\n" ) );
	$kinds   = array(
		'plugins'    => 'plugin',
		'mu-plugins' => 'must-use plugin',
		'themes'     => 'theme',
	);
	$name    = preg_match( '#^wp-content/(plugins|mu-plugins|themes)/([^/]+)#', $file, $parts ) ? $kinds[ $parts[1] ] . ' ' . $parts[2] : 'WordPress';
	return "$name: $file:{$error['line']}: $message\n";
}
