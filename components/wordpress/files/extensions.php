<?php
/**
 * Installs, updates, activates and removes plugins and themes until they match the stack's configuration. Each archive is verified by its
 * checksum and replaces the previous version atomically. Extensions that users installed are never changed: an option of the site
 * records which ones the stack has installed.
 */

const CONNECT_SECONDS = 10;
// A server that sends no byte for this long is considered dead.
const SILENT_SECONDS = 20;
const FETCH_SECONDS  = 300;
const MAX_BYTES      = 256 * 1024 * 1024;
const OPTION         = 'wordpress_stack_extensions';
// Environment variable that is set for the second attempt.
const LOADS_NONE = 'WORDPRESS_LOADS_NO_EXTENSIONS';

load_wordpress();
require_once ABSPATH . 'wp-admin/includes/plugin.php';
require_once ABSPATH . 'wp-admin/includes/file.php';

exit( main() );

/**
 * Loads WordPress with its active plugins and theme. If one of them ends PHP, this script restarts itself without any of them. Only then
 * can it remove or replace the faulty one.
 */
function load_wordpress(): void {
	if ( getenv( LOADS_NONE ) ) {
		load_wordpress_without_extensions();
		return;
	}
	// The log needs PHP's message instead of WordPress's error page.
	define( 'WP_DISABLE_FATAL_ERROR_HANDLER', true );
	register_shutdown_function(
		static function () {
			// WordPress defines this constant before it loads any plugin. Without it, the database is the cause.
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

function load_wordpress_without_extensions(): void {
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
		return report_errors( array( 'another run of this job has held its lock for 300 s: delete its pod if it hangs' ) );
	}
	$wanted = json_decode( file_get_contents( '/etc/wordpress/extensions.json' ), true, 8, JSON_THROW_ON_ERROR );
	$own    = get_option( OPTION, array() ) + array( 'plugins' => array(), 'themes' => array() );
	$errors = array();
	// Deletes the work folders of interrupted runs. This run holds the lock, so no other run uses them.
	foreach ( glob( WP_CONTENT_DIR . '/upgrade/stack-*', GLOB_ONLYDIR ) as $work ) {
		delete_folder( $work );
	}
	foreach ( array( 'plugins', 'themes' ) as $kind ) {
		$slugs = array_column( $wanted[ $kind ], 'slug' );
		foreach ( array_keys( $own[ $kind ] ) as $slug ) {
			if ( in_array( $slug, $slugs, true ) ) {
				continue;
			}
			$problem = remove_extension( $kind, $slug );
			if ( null === $problem ) {
				record_installed( $own, $kind, $slug, null );
			} else {
				$errors[] = $problem;
			}
		}
		foreach ( $wanted[ $kind ] as $extension ) {
			$slug      = $extension['slug'];
			$installed = $own[ $kind ][ $slug ] ?? null;
			if ( $installed !== $extension['sha256'] || ! is_dir( folder_of( $kind, $slug ) ) ) {
				$problem = install_extension( $kind, $extension, $wanted['repository'], $own );
				if ( null !== $problem ) {
					$errors[] = $problem;
					continue;
				}
			}
			$problem = activate_or_deactivate( $kind, $slug, $extension['active'] );
			if ( null !== $problem ) {
				$errors[] = $problem;
			}
		}
	}
	return report_errors( $errors );
}

/** Prints errors, and returns the exit code: 0 if there are none, else 1. */
function report_errors( array $errors ): int {
	foreach ( $errors as $error ) {
		fwrite( STDERR, "$error\n" );
	}
	return $errors ? 1 : 0;
}

function folder_of( string $kind, string $slug ): string {
	return ( 'plugins' === $kind ? WP_PLUGIN_DIR : get_theme_root() ) . "/$slug";
}

/** Records in the site's option what the stack has installed under a slug: the archive's checksum, or null for nothing. */
function record_installed( array &$own, string $kind, string $slug, ?string $sum ): void {
	if ( null === $sum ) {
		unset( $own[ $kind ][ $slug ] );
	} else {
		$own[ $kind ][ $slug ] = $sum;
	}
	update_option( OPTION, $own, false );
}

/** Fetches, verifies, unpacks, moves and records an extension. Returns an error, after which everything is as it was before, or null. */
function install_extension( string $kind, array $extension, string $repository, array &$own ): ?string {
	$slug     = $extension['slug'];
	$name     = "$kind: $slug {$extension['version']}";
	$folder   = folder_of( $kind, $slug );
	$previous = $own[ $kind ][ $slug ] ?? null;
	if ( is_dir( $folder ) && null === $previous ) {
		return "$name: $slug exists and was not installed by this stack: delete it in the dashboard, or remove it from the list";
	}
	// On the same volume as the extension's folder, so that a rename moves it there.
	$work = WP_CONTENT_DIR . '/upgrade/stack-' . bin2hex( random_bytes( 8 ) );
	wp_mkdir_p( $work );
	try {
		$path    = 'plugins' === $kind ? 'plugin' : 'theme';
		$problem = fetch_archive( "$repository/$path/$slug.{$extension['version']}.zip", "$work/archive.zip" );
		if ( null !== $problem ) {
			return "$name: $problem";
		}
		$sum = hash_file( 'sha256', "$work/archive.zip" );
		if ( $sum !== $extension['sha256'] ) {
			return "$name: the archive's sha256 is $sum, expected {$extension['sha256']}: nothing was unpacked";
		}
		$problem = unpack_archive( "$work/archive.zip", "$work/new", $slug );
		if ( null !== $problem ) {
			return "$name: $problem";
		}
		// Recorded first: if this run is interrupted after the rename, the next run knows that the folder is the stack's own.
		record_installed( $own, $kind, $slug, 'being installed' );
		if ( is_dir( $folder ) && ! rename( $folder, "$work/old" ) ) {
			record_installed( $own, $kind, $slug, $previous );
			return "$name: $folder cannot be replaced";
		}
		if ( ! rename( "$work/new/$slug", $folder ) ) {
			is_dir( "$work/old" ) && rename( "$work/old", $folder );
			record_installed( $own, $kind, $slug, $previous );
			return "$name: cannot be moved to $folder";
		}
		record_installed( $own, $kind, $slug, $extension['sha256'] );
		echo "$name: installed\n";
		return null;
	} finally {
		delete_folder( $work );
	}
}

/** Downloads an archive. Returns an error or null. */
function fetch_archive( string $url, string $file ): ?string {
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
			CURLOPT_PROGRESSFUNCTION => static fn ( $handle, $total, $now ) => $now > MAX_BYTES ? 1 : 0,
		)
	);
	$is_done = curl_exec( $curl );
	$status  = curl_getinfo( $curl, CURLINFO_RESPONSE_CODE );
	fclose( $target );
	if ( ! $is_done ) {
		return "$url cannot be fetched: " . curl_error( $curl );
	}
	return 200 === $status ? null : "$url answers $status";
}

/** Unpacks an archive whose entries are all inside the folder $slug. Returns an error or null. */
function unpack_archive( string $archive, string $folder, string $slug ): ?string {
	$zip = new ZipArchive();
	if ( true !== $zip->open( $archive, ZipArchive::RDONLY ) ) {
		return 'is not a zip archive';
	}
	for ( $index = 0; $index < $zip->numFiles; $index++ ) {
		$entry = $zip->getNameIndex( $index );
		if ( ! str_starts_with( $entry, "$slug/" ) || preg_match( '#(^|/)\.\.(/|$)|\\\\#', $entry ) ) {
			return "the archive's entry \"$entry\" is outside of its folder $slug";
		}
	}
	$is_done = $zip->extractTo( $folder );
	$zip->close();
	return $is_done && is_dir( "$folder/$slug" ) ? null : 'cannot be unpacked';
}

/** Activates a plugin or a theme, or deactivates a plugin. Returns an error or null. */
function activate_or_deactivate( string $kind, string $slug, bool $active ): ?string {
	if ( 'themes' === $kind ) {
		wp_clean_themes_cache();
		if ( ! wp_get_theme( $slug )->exists() ) {
			return "themes: $slug is not a valid theme: " . implode( ' ', (array) wp_get_theme( $slug )->errors()?->get_error_messages() );
		}
		if ( $active && get_stylesheet() !== $slug ) {
			switch_theme( $slug );
		}
		return null;
	}
	wp_cache_delete( 'plugins', 'plugins' );
	$file = array_key_first( get_plugins( "/$slug" ) );
	if ( null === $file ) {
		return "plugins: $slug contains no plugin";
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

/** Removes an extension that the stack installed. Returns an error or null. */
function remove_extension( string $kind, string $slug ): ?string {
	if ( 'themes' === $kind && in_array( $slug, array( get_stylesheet(), get_template() ), true ) ) {
		return "themes: $slug is no longer on the list but still in use, and was not removed: activate another theme first";
	}
	$folder = folder_of( $kind, $slug );
	if ( 'plugins' === $kind ) {
		deactivate_plugins( array_map( static fn ( $file ) => "$slug/$file", array_keys( get_plugins( "/$slug" ) ) ) );
	}
	if ( is_dir( $folder ) ) {
		$work = WP_CONTENT_DIR . '/upgrade/stack-' . bin2hex( random_bytes( 8 ) );
		wp_mkdir_p( $work );
		$is_moved = rename( $folder, "$work/old" );
		delete_folder( $work );
		if ( ! $is_moved ) {
			return "$kind: $slug cannot be removed from $folder";
		}
	}
	echo "$kind: $slug removed\n";
	return null;
}

function delete_folder( string $folder ): void {
	$files = new RecursiveIteratorIterator(
		new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ),
		RecursiveIteratorIterator::CHILD_FIRST
	);
	foreach ( $files as $file ) {
		$file->isDir() && ! $file->isLink() ? rmdir( $file ) : unlink( $file );
	}
	rmdir( $folder );
}
