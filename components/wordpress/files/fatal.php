<?php
/**
 * Loads WordPress as a request for the front page does, and prints the plugin or theme that ends it with a fatal error. It prints
 * nothing where none does.
 */

// WordPress would answer with its own page for visitors.
define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
define( 'WP_USE_THEMES', true );

$_SERVER['REQUEST_METHOD']  = 'GET';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['SERVER_NAME']     = 'localhost';
$_SERVER['HTTP_HOST']       = 'localhost';

// The page itself is of no use here.
ob_start( static fn () => '' );
register_shutdown_function(
	static function () {
		$error = error_get_last();
		while ( ob_get_level() > 0 ) {
			ob_end_clean();
		}
		if ( null !== $error && $error['type'] & ( E_ERROR | E_PARSE | E_CORE_ERROR | E_COMPILE_ERROR | E_USER_ERROR | E_RECOVERABLE_ERROR ) ) {
			echo described( $error );
		}
		// The report is what was wanted: the caller reads it from a command that succeeds.
		exit( 0 );
	}
);

require '/var/www/html/wp-load.php';
// It would lead to the site's own address and end there.
remove_action( 'template_redirect', 'redirect_canonical' );
wp();
require ABSPATH . WPINC . '/template-loader.php';

/** One line: the plugin or theme, its file and line, and PHP's message without the stack. */
function described( array $error ): string {
	$file = str_replace( '/var/www/html/', '', $error['file'] );
	// PHP repeats the place in the message of an exception, and adds where it was thrown from.
	$message = preg_replace( '/ in \S+:\d+$/', '', strtok( $error['message'], "\n" ) );
	$kinds   = array(
		'plugins'    => 'plugin',
		'mu-plugins' => 'must-use plugin',
		'themes'     => 'theme',
	);
	$name    = preg_match( '#^wp-content/(plugins|mu-plugins|themes)/([^/]+)#', $file, $parts ) ? $kinds[ $parts[1] ] . ' ' . $parts[2] : 'WordPress';
	return "$name: $file:{$error['line']}: $message\n";
}
