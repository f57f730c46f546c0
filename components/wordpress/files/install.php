<?php
/**
 * Creates the site by WordPress's own API, or upgrades its tables to the version of the image's core. It is idempotent, and two runs may
 * overlap. In a site with a user it changes only the schema, unless that user comes from an interrupted installation. It fails without a
 * change if a plugin or theme is fatal with this image: the pods that serve the site are replaced only after this job.
 */

/** Option that exists while the site is being created. */
const INSTALLING_OPTION = 'wordpress_stack_being_made';

define( 'WP_INSTALLING', true );
// Without it, WordPress exits if only some tables exist: during another run, or after an interrupted one.
define( 'WP_REPAIRING', true );

/** Replaces WordPress's own function, which mails the administrator: there is no mail server. */
function wp_new_blog_notification() {
}

require '/var/www/html/wp-load.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';

/** @var wpdb $wpdb */
global $wpdb;
$wait_seconds = 300;
if ( '1' !== $wpdb->get_var( $wpdb->prepare( 'SELECT GET_LOCK(%s, %d)', 'wordpress-install', $wait_seconds ) ) ) {
	fwrite( STDERR, "Another installation job has held the lock for $wait_seconds s; delete its pod if it hangs. $wpdb->last_error\n" );
	exit( 1 );
}

// Values that were read before the lock may come from the middle of another run.
wp_cache_flush();

// WordPress requests its own site, which does not answer yet: each request would only wait for its timeout.
add_filter( 'pre_http_request', static fn () => new WP_Error( 'installing', 'no requests while the site is created' ) );

if ( has_users() && ! is_installing() ) {
	refuse_older_core();
	refuse_fatal_plugin();
	if ( ! defined( 'WORDPRESS_OBJECT_CACHE' ) ) {
		// Pods that are still configured for it stop using it.
		$wpdb->delete( $wpdb->options, array( 'option_name' => WORDPRESS_OBJECT_CACHE_OPTION ) );
	}
	$before = get_option( 'db_version' );
	wp_upgrade();
	echo 'The site exists; db_version: ', $before, ' -> ', get_option( 'db_version' ), "\n";
} else {
	// The earliest moment at which the options table exists, and before there is a user.
	add_action( 'populate_options', static fn () => add_option( INSTALLING_OPTION, '1', '', 'no' ) );
	if ( has_users() ) {
		resume_installation( getenv( 'ADMIN_USER' ) );
	} else {
		wp_install(
			getenv( 'SITE_TITLE' ),
			getenv( 'ADMIN_USER' ),
			getenv( 'ADMIN_EMAIL' ),
			true,
			'',
			// The browser's installer passes the password slashed, and a login compares it slashed.
			wp_slash( getenv( 'ADMIN_PASSWORD' ) )
		);
	}
	// The browser's installer tests this by a request to itself. Here it is known: the image's .htaccess rewrites every path to WordPress.
	update_option( 'permalink_structure', '/%year%/%monthnum%/%day%/%postname%/' );
	if ( ! has_users() ) {
		fwrite( STDERR, "WordPress did not create the administrator: $wpdb->last_error\n" );
		exit( 1 );
	}
	delete_option( INSTALLING_OPTION );
	echo "Created the site.\n";
}

/** Loads the site's front page in a process of its own, with its plugins and theme, unlike this job. */
function refuse_fatal_plugin(): void {
	exec( 'php ' . __DIR__ . '/fatal.php', $lines );
	$error = trim( implode( "\n", $lines ) );
	if ( '' !== $error ) {
		fwrite( STDERR, "With this image, WordPress ends with a fatal error: $error\n" );
		exit( 1 );
	}
}

/** WordPress can only upgrade tables. An older core would work on newer tables, and record its older version in the database. */
function refuse_older_core(): void {
	global $wp_version, $wp_db_version;
	$tables = (int) get_option( 'db_version' );
	if ( $tables > $wp_db_version ) {
		fwrite( STDERR, "The site's tables are of a newer WordPress (db_version $tables) than the image's $wp_version (db_version $wp_db_version)\n" );
		exit( 1 );
	}
}

/** Repeats WordPress's steps that follow the creation of the user, after an installation that was interrupted there or later. */
function resume_installation( string $login ): void {
	global $wpdb;
	$user = get_user_by( 'login', $login );
	if ( ! $user ) {
		fwrite( STDERR, "An interrupted installation created a user other than $login: set adminUser to its value at that time\n" );
		exit( 1 );
	}
	$user->set_role( 'administrator' );
	if ( '0' === $wpdb->get_var( "SELECT COUNT(*) FROM $wpdb->posts" ) ) {
		wp_install_defaults( $user->ID );
	}
}

/** Whether a run of this script created the tables and has not finished. */
function is_installing(): bool {
	global $wpdb;
	return null !== $wpdb->get_var( $wpdb->prepare( "SELECT 1 FROM $wpdb->options WHERE option_name = %s", INSTALLING_OPTION ) );
}

/** Whether the site has a user. Before its user, an interrupted installation has only tables. If the users cannot be read, exits with 1. */
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
