<?php
/**
 * Makes the plugins and themes that the stack installs what the configuration says: fetched, checked against their checksum, and
 * put in their place whole. What others have installed is never touched. What the stack installed is in an option of the site's.
 */

const CONNECT_SECONDS = 10;
// Without a byte for this long a server has hung.
const SILENT_SECONDS = 20;
const FETCH_SECONDS  = 300;
const MOST_BYTES     = 256 * 1024 * 1024;
const OPTION         = 'wordpress_stack_extensions';
// Set for the second attempt.
const LOADS_NONE = 'WORDPRESS_LOADS_NO_EXTENSIONS';

load_wordpress();
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require_once ABSPATH . 'wp-admin/includes/file.php';

exit( main() );

/**
 * Loads WordPress with the plugins and the theme that are active. If one of them ends PHP, this script starts again without any: only so
 * can the list remove or replace the faulty one.
 */
function load_wordpress(): void {
	if ( getenv( LOADS_NONE ) ) {
		load_wordpress_alone();
		return;
	}
	// The log shall have PHP's message, and not WordPress's page for visitors.
	define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
	register_shutdown_function(
		static function () {
			// Before WordPress knows this folder it loads no plugin: it is the database that ends it.
			if ( ! defined( 'WPMU_PLUGIN_DIR' ) || did_action( 'wp_loaded' ) ) {
				return;
			}
			echo "A plugin or the theme ends PHP while WordPress loads. The job continues without plugins and theme.\n";
			putenv( LOADS_NONE . '=1' );
			passthru( escapeshellarg( PHP_BINARY ) . ' ' . escapeshellarg( __FILE__ ), $code );
			exit( $code );
		}
	);
	require '/var/www/html/wp-load.php';
}

function load_wordpress_alone(): void {
	$none = array(
		'active_plugins' => array(),
		'template'       => 'none',
		'stylesheet'     => 'none',
	);
	define( 'WPMU_PLUGIN_DIR', '/var/www/html/none' );
	foreach ( $none as $option => $value ) {
		$GLOBALS['wp_filter'][ "pre_option_$option" ][10]['none'] = array(
			'function'      => static fn () => $value,
			'accepted_args' => 0,
		);
	}
	require '/var/www/html/wp-load.php';
	foreach ( array_keys( $none ) as $option ) {
		remove_all_filters( "pre_option_$option" );
	}
}

function main(): int {
	global $wpdb;
	if ( '1' !== $wpdb->get_var( "SELECT GET_LOCK('wordpress-extensions', 300)" ) ) {
		return failed( array( 'another run is at work' ) );
	}
	$wanted = json_decode( file_get_contents( '/etc/wordpress/extensions.json' ), true, 8, JSON_THROW_ON_ERROR );
	$own    = get_option( OPTION, array() ) + array( 'plugins' => array(), 'themes' => array() );
	$errors = array();
	// Of runs that were cut off; nobody else is at work.
	foreach ( glob( WP_CONTENT_DIR . '/upgrade/stack-*', GLOB_ONLYDIR ) as $work ) {
		forget( $work );
	}
	foreach ( array( 'plugins', 'themes' ) as $kind ) {
		$slugs = array_column( $wanted[ $kind ], 'slug' );
		foreach ( array_keys( $own[ $kind ] ) as $slug ) {
			if ( in_array( $slug, $slugs, true ) ) {
				continue;
			}
			$problem = removed( $kind, $slug );
			if ( null === $problem ) {
				note( $own, $kind, $slug, null );
			} else {
				$errors[] = $problem;
			}
		}
		foreach ( $wanted[ $kind ] as $extension ) {
			$slug  = $extension['slug'];
			$there = $own[ $kind ][ $slug ] ?? null;
			if ( $there !== $extension['sha256'] || ! is_dir( place( $kind, $slug ) ) ) {
				$problem = installed( $kind, $extension, $wanted['repository'], $own );
				if ( null !== $problem ) {
					$errors[] = $problem;
					continue;
				}
			}
			$problem = switched( $kind, $slug, $extension['active'] );
			if ( null !== $problem ) {
				$errors[] = $problem;
			}
		}
	}
	return failed( $errors );
}

/** Reports what went wrong. The exit code is 0 where nothing did. */
function failed( array $errors ): int {
	foreach ( $errors as $error ) {
		fwrite( STDERR, "$error\n" );
	}
	return $errors ? 1 : 0;
}

function place( string $kind, string $slug ): string {
	return ( 'plugins' === $kind ? WP_PLUGIN_DIR : get_theme_root() ) . "/$slug";
}

/** Keeps in the site's option what the stack has installed of a slug: the archive's checksum, or null for nothing. */
function note( array &$own, string $kind, string $slug, ?string $sum ): void {
	if ( null === $sum ) {
		unset( $own[ $kind ][ $slug ] );
	} else {
		$own[ $kind ][ $slug ] = $sum;
	}
	update_option( OPTION, $own, false );
}

/** Fetches, puts in place and notes it. Returns what went wrong: then everything is as it was. */
function installed( string $kind, array $extension, string $repository, array &$own ): ?string {
	$slug   = $extension['slug'];
	$name   = "$kind: $slug {$extension['version']}";
	$home   = place( $kind, $slug );
	$before = $own[ $kind ][ $slug ] ?? null;
	if ( is_dir( $home ) && null === $before ) {
		return "$name: $slug is there, and not from this stack: delete it in the dashboard, or take it off the list";
	}
	// On the same volume as its place, so that it comes there by a rename.
	$work = WP_CONTENT_DIR . '/upgrade/stack-' . bin2hex( random_bytes( 8 ) );
	wp_mkdir_p( $work );
	try {
		$path    = 'plugins' === $kind ? 'plugin' : 'theme';
		$problem = fetched( "$repository/$path/$slug.{$extension['version']}.zip", "$work/archive.zip" );
		if ( null !== $problem ) {
			return "$name: $problem";
		}
		$sum = hash_file( 'sha256', "$work/archive.zip" );
		if ( $sum !== $extension['sha256'] ) {
			return "$name: its sha256 is $sum, and {$extension['sha256']} is expected: nothing of it was unpacked";
		}
		$problem = unpacked( "$work/archive.zip", "$work/new", $slug );
		if ( null !== $problem ) {
			return "$name: $problem";
		}
		// First, so that the stack knows it as its own if this run is cut off before it can say which one it is.
		note( $own, $kind, $slug, 'being installed' );
		if ( is_dir( $home ) && ! rename( $home, "$work/old" ) ) {
			note( $own, $kind, $slug, $before );
			return "$name: $home cannot be replaced";
		}
		if ( ! rename( "$work/new/$slug", $home ) ) {
			is_dir( "$work/old" ) && rename( "$work/old", $home );
			note( $own, $kind, $slug, $before );
			return "$name: cannot be put in its place, $home";
		}
		note( $own, $kind, $slug, $extension['sha256'] );
		echo "$name: installed\n";
		return null;
	} finally {
		forget( $work );
	}
}

function fetched( string $url, string $file ): ?string {
	$target = fopen( $file, 'wb' );
	$curl   = curl_init( $url );
	curl_setopt_array(
		$curl,
		array(
			CURLOPT_FILE             => $target,
			CURLOPT_FOLLOWLOCATION   => true,
			CURLOPT_MAXREDIRS        => 3,
			CURLOPT_PROTOCOLS        => CURLPROTO_HTTP | CURLPROTO_HTTPS,
			CURLOPT_CONNECTTIMEOUT   => CONNECT_SECONDS,
			CURLOPT_LOW_SPEED_LIMIT  => 1,
			CURLOPT_LOW_SPEED_TIME   => SILENT_SECONDS,
			CURLOPT_TIMEOUT          => FETCH_SECONDS,
			CURLOPT_NOPROGRESS       => false,
			CURLOPT_PROGRESSFUNCTION => static fn ( $handle, $total, $now ) => $now > MOST_BYTES ? 1 : 0,
		)
	);
	$is_there = curl_exec( $curl );
	$status   = curl_getinfo( $curl, CURLINFO_RESPONSE_CODE );
	fclose( $target );
	if ( ! $is_there ) {
		return "$url cannot be fetched: " . curl_error( $curl );
	}
	return 200 === $status ? null : "$url answers $status";
}

/** Unpacks an archive that has one folder, the slug's, and no way out of it. */
function unpacked( string $archive, string $folder, string $slug ): ?string {
	$zip = new ZipArchive();
	if ( true !== $zip->open( $archive, ZipArchive::RDONLY ) ) {
		return 'is no archive';
	}
	for ( $index = 0; $index < $zip->numFiles; $index++ ) {
		$entry = $zip->getNameIndex( $index );
		if ( ! str_starts_with( $entry, "$slug/" ) || preg_match( '#(^|/)\.\.(/|$)|\\\\#', $entry ) ) {
			return "has the entry \"$entry\", which is not in the folder $slug";
		}
	}
	$is_done = $zip->extractTo( $folder );
	$zip->close();
	return $is_done && is_dir( "$folder/$slug" ) ? null : 'cannot be unpacked';
}

/** Activates or deactivates as asked. */
function switched( string $kind, string $slug, bool $active ): ?string {
	if ( 'themes' === $kind ) {
		wp_clean_themes_cache();
		if ( ! wp_get_theme( $slug )->exists() ) {
			return "themes: $slug is no theme: " . implode( ' ', (array) wp_get_theme( $slug )->errors()?->get_error_messages() );
		}
		if ( $active && get_stylesheet() !== $slug ) {
			switch_theme( $slug );
		}
		return null;
	}
	wp_cache_delete( 'plugins', 'plugins' );
	$file = array_key_first( get_plugins( "/$slug" ) );
	if ( null === $file ) {
		return "plugins: $slug has no plugin in it";
	}
	if ( $active && ! is_plugin_active( "$slug/$file" ) ) {
		$problem = activate_plugin( "$slug/$file" );
		return is_wp_error( $problem ) ? "plugins: $slug cannot be activated: " . $problem->get_error_message() : null;
	}
	if ( ! $active ) {
		deactivate_plugins( "$slug/$file" );
	}
	return null;
}

/** Removes what the stack installed. */
function removed( string $kind, string $slug ): ?string {
	if ( 'themes' === $kind && in_array( $slug, array( get_stylesheet(), get_template() ), true ) ) {
		return "themes: $slug is off the list and still in use: choose another theme first; it was not removed";
	}
	$home = place( $kind, $slug );
	if ( 'plugins' === $kind ) {
		deactivate_plugins( array_map( static fn ( $file ) => "$slug/$file", array_keys( get_plugins( "/$slug" ) ) ) );
	}
	if ( is_dir( $home ) ) {
		$work = WP_CONTENT_DIR . '/upgrade/stack-' . bin2hex( random_bytes( 8 ) );
		wp_mkdir_p( $work );
		$is_away = rename( $home, "$work/old" );
		forget( $work );
		if ( ! $is_away ) {
			return "$kind: $slug cannot be removed from $home";
		}
	}
	echo "$kind: $slug removed\n";
	return null;
}

function forget( string $folder ): void {
	$files = new RecursiveIteratorIterator(
		new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ),
		RecursiveIteratorIterator::CHILD_FIRST
	);
	foreach ( $files as $file ) {
		$file->isDir() && ! $file->isLink() ? rmdir( $file ) : unlink( $file );
	}
	rmdir( $folder );
}
