<?php
/**
 * Makes the site by WordPress's own API, or brings its tables up to the image's core. It can be run again, and twice at once: a site
 * that has a user is never touched but for its tables' form, unless that user is of an installation that was cut off.
 */

/** Option that a site has while it is being made. */
const BEING_MADE = 'wordpress_stack_being_made';

define( 'WP_INSTALLING', true );
// Without it WordPress gives up where there are some tables and not all: another run is at work, or one was cut off.
define( 'WP_REPAIRING', true );

/** In the place of WordPress's own, which writes to the administrator: there is no mail server. */
function wp_new_blog_notification() {
}

require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

/** @var wpdb $wpdb */
global $wpdb;
$wait_seconds = 300;
if ( '1' !== $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', 'wordpress-install', $wait_seconds ) ) ) {
	fwrite( STDERR, "Another installation has held its lock for $wait_seconds s: $wpdb->last_error\n" );
	exit( 1 );
}

// What was read before the lock may be of a moment in the middle of another run.
wp_cache_flush();

// Nobody answers yet: whoever is asked would only be waited for.
add_filter( 'pre_http_request', static fn () => new WP_Error( 'installing', 'no requests while the site is made' ) );

if ( has_users() && ! is_being_made() ) {
	refuse_older_core();
	if ( ! defined( 'WORDPRESS_OBJECT_CACHE' ) ) {
		// Pods that still know it leave it from now on.
		$wpdb->delete( $wpdb->options, array( 'option_name' => WORDPRESS_OBJECT_CACHE_OPTION ) );
	}
	$before = get_option( 'db_version' );
	wp_upgrade();
	echo 'The site is there; its tables: ', $before, ' -> ', get_option( 'db_version' ), "\n";
} else {
	// As soon as there is a table for it, and before there is a user.
	add_action( 'populate_options', static fn () => add_option( BEING_MADE, '1', '', 'no' ) );
	if ( has_users() ) {
		go_on_with( getenv( 'ADMIN_USER' ) );
	} else {
		wp_install(
			getenv( 'SITE_TITLE' ),
			getenv( 'ADMIN_USER' ),
			getenv( 'ADMIN_EMAIL' ),
			true,
			'',
			// As the installer in the browser hands it over, and as a login compares it.
			wp_slash( getenv( 'ADMIN_PASSWORD' ) )
		);
	}
	// What the installer in the browser finds out by asking itself: the image's .htaccess leads every address to WordPress.
	update_option( 'permalink_structure', '/%year%/%monthnum%/%day%/%postname%/' );
	if ( ! has_users() ) {
		fwrite( STDERR, "WordPress made no administrator: $wpdb->last_error\n" );
		exit( 1 );
	}
	delete_option( BEING_MADE );
	echo "The site is made.\n";
}

/** WordPress only knows how to upgrade tables: an older core would work on newer ones, and say in the database that they are old. */
function refuse_older_core(): void {
	global $wp_version, $wp_db_version;
	$tables = (int) get_option( 'db_version' );
	if ( $tables > $wp_db_version ) {
		fwrite( STDERR, "The site's tables are of a newer WordPress (db_version $tables) than the image's $wp_version (db_version $wp_db_version)\n" );
		exit( 1 );
	}
}

/** Does what WordPress does for a site after it has made its user: an installation was cut off there, or later. */
function go_on_with( string $login ): void {
	global $wpdb;
	$user = get_user_by( 'login', $login );
	if ( ! $user ) {
		fwrite( STDERR, "The site was being made, and its user is not $login: set adminUser to what it was then\n" );
		exit( 1 );
	}
	$user->set_role( 'administrator' );
	if ( '0' === $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts" ) ) {
		wp_install_defaults( $user->ID );
	}
}

/** Whether a run of this made the tables, and has not come to its end. */
function is_being_made(): bool {
	global $wpdb;
	return null !== $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM $wpdb->options WHERE option_name = %s", BEING_MADE ) );
}

/** Whether the site is there. An installation that was cut off has tables and nobody in them; one that cannot be read is left alone. */
function has_users(): bool {
	global $wpdb;
	if ( null === $wpdb->get_var( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->users ) ) ) ) {
		return false;
	}
	$count = $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->users" );
	if ( null === $count ) {
		fwrite( STDERR, "The site's users cannot be read: $wpdb->last_error\n" );
		exit( 1 );
	}
	return (int) $count > 0;
}
