<?php
/**
 * Merges the copies of all pods' content into one wp-content. If a file differs between pods, the newest version is kept in place, and
 * the others below `conflicts`, which is not served. wp-content is created atomically.
 */

const ROOT      = '/claim';
const LIST_FILE = ROOT . '/conflicts/list.txt';

if ( is_dir( ROOT . '/wp-content' ) ) {
	// A run that was interrupted before its last step has left the copies.
	echo "wp-content already exists.\n";
	delete_folder( ROOT . '/migration' );
	print_conflicts();
	exit( 0 );
}
delete_folder( ROOT . '/merging' );
delete_folder( ROOT . '/conflicts' );
mkdir( ROOT . '/merging' );
$pods = array_map( 'basename', glob( ROOT . '/migration/[0-9]*', GLOB_ONLYDIR ) );
$pods = array_filter( $pods, 'ctype_digit' );
sort( $pods, SORT_NUMERIC );
$owners    = array();
$conflicts = array();
foreach ( $pods as $pod ) {
	foreach ( files_in( ROOT . "/migration/$pod" ) as $file ) {
		$from = ROOT . "/migration/$pod/$file";
		$to   = ROOT . "/merging/$file";
		if ( ! exists( $to ) && ! is_inside_a_file( $file ) ) {
			link_or_copy( $from, $to );
			$owners[ $file ] = $pod;
		} elseif ( ! is_same( $from, $to ) ) {
			$is_newer = ! is_dir( $to ) && exists( $to ) && modified_at( $pod, $file ) > modified_at( $owners[ $file ], $file );
			$loser    = $is_newer ? $owners[ $file ] : $pod;
			if ( $is_newer ) {
				link_or_copy( ROOT . "/migration/$loser/$file", ROOT . "/conflicts/pod-$loser/$file" );
				unlink( $to );
				link_or_copy( $from, $to );
				$owners[ $file ] = $pod;
			} else {
				link_or_copy( $from, ROOT . "/conflicts/pod-$pod/$file" );
			}
			$conflicts[] = "$file: the version of pod {$loser} is in conflicts/pod-$loser/$file";
		}
	}
}

// Verifies that every byte of every pod is in wp-content or in conflicts.
foreach ( $pods as $pod ) {
	foreach ( files_in( ROOT . "/migration/$pod" ) as $file ) {
		$from = ROOT . "/migration/$pod/$file";
		if ( ! is_same( $from, ROOT . "/merging/$file" ) && ! is_same( $from, ROOT . "/conflicts/pod-$pod/$file" ) ) {
			fail( "$file of pod $pod differs from its merged copy" );
		}
	}
}
$list = implode( '', array_map( static fn ( $conflict ) => "$conflict\n", $conflicts ) );
if ( $conflicts && strlen( $list ) !== file_put_contents( LIST_FILE, $list ) ) {
	fail( LIST_FILE . ' cannot be written' );
}
if ( ! rename( ROOT . '/merging', ROOT . '/wp-content' ) ) {
	fail( ROOT . '/merging cannot be renamed to wp-content' );
}
delete_folder( ROOT . '/migration' );
printf( "Merged the content of %d pods: %d files, %d conflicts\n", count( $pods ), count( $owners ), count( $conflicts ) );
print_conflicts();

/** Exits with 1. Until then, neither wp-content nor the pods' own content has been changed. */
function fail( string $reason ): never {
	fwrite( STDERR, "$reason: nothing was changed\n" );
	exit( 1 );
}

function print_conflicts(): void {
	foreach ( is_file( LIST_FILE ) ? file( LIST_FILE ) : array() as $conflict ) {
		echo "conflict: $conflict";
	}
}

/** Time at which a pod changed a file, in seconds. From the list that copy.sh wrote, since the claim may have refused the files' times. */
function modified_at( string $pod, string $file ): float {
	static $times = array();
	if ( ! isset( $times[ $pod ] ) ) {
		$times[ $pod ] = array();
		$list          = ROOT . "/migration/$pod.times";
		foreach ( array_filter( explode( "\0", is_file( $list ) ? file_get_contents( $list ) : '' ) ) as $line ) {
			list( $time, $name )    = explode( ' ', $line, 2 );
			$times[ $pod ][ $name ] = (float) $time;
		}
	}
	return $times[ $pod ][ $file ] ?? (float) @filemtime( ROOT . "/migration/$pod/$file" );
}

/** Relative paths of the files and symlinks below a folder. */
function files_in( string $folder ): Generator {
	$all = new RecursiveIteratorIterator(
		new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ),
		RecursiveIteratorIterator::SELF_FIRST
	);
	foreach ( $all as $file ) {
		if ( $file->isLink() || ! $file->isDir() ) {
			yield substr( $file->getPathname(), strlen( $folder ) + 1 );
		}
	}
}

function exists( string $file ): bool {
	return file_exists( $file ) || is_link( $file );
}

/** Whether a parent folder of this path is a file in another pod's content. */
function is_inside_a_file( string $file ): bool {
	for ( $parent = dirname( $file ); '.' !== $parent; $parent = dirname( $parent ) ) {
		$merged = ROOT . "/merging/$parent";
		if ( exists( $merged ) && ! is_dir( $merged ) ) {
			return true;
		}
	}
	return false;
}

function is_same( string $one, string $other ): bool {
	if ( is_link( $one ) || is_link( $other ) ) {
		return is_link( $one ) && is_link( $other ) && readlink( $one ) === readlink( $other );
	}
	return is_file( $one ) && is_file( $other ) && filesize( $one ) === filesize( $other )
		&& hash_file( 'sha256', $one ) === hash_file( 'sha256', $other );
}

/** Adds a file at another path by a hard link. If the claim refuses links, copies it, with mode and time where the claim accepts them. */
function link_or_copy( string $from, string $to ): void {
	is_dir( dirname( $to ) ) || mkdir( dirname( $to ), 0755, true );
	if ( is_link( $from ) ) {
		symlink( readlink( $from ), $to );
		return;
	}
	if ( @link( $from, $to ) ) {
		return;
	}
	if ( ! copy( $from, $to ) ) {
		fail( "$to cannot be written" );
	}
	@chmod( $to, fileperms( $from ) & 0777 );
	@touch( $to, filemtime( $from ) );
}

function delete_folder( string $folder ): void {
	if ( ! is_dir( $folder ) ) {
		return;
	}
	$all = new RecursiveIteratorIterator(
		new RecursiveDirectoryIterator( $folder, FilesystemIterator::SKIP_DOTS ),
		RecursiveIteratorIterator::CHILD_FIRST
	);
	foreach ( $all as $file ) {
		$file->isDir() && ! $file->isLink() ? rmdir( $file->getPathname() ) : unlink( $file->getPathname() );
	}
	rmdir( $folder );
}
