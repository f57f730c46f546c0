<?php
/**
 * Makes one wp-content of the copies of all pods' content. A file that differs is there twice: the newest in its place, the others
 * below `conflicts`, which nobody serves. wp-content appears whole or not at all.
 */

const ROOT      = '/claim';
const LIST_FILE = ROOT . '/conflicts/list.txt';

if ( is_dir( ROOT . '/wp-content' ) ) {
	// A run that was cut off after its last step but one has left the copies.
	echo "wp-content is there already\n";
	clear( ROOT . '/migration' );
	tell_conflicts();
	exit( 0 );
}
clear( ROOT . '/merging' );
clear( ROOT . '/conflicts' );
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
			put( $from, $to );
			$owners[ $file ] = $pod;
		} elseif ( ! is_same( $from, $to ) ) {
			$is_newer = ! is_dir( $to ) && exists( $to ) && modified( $pod, $file ) > modified( $owners[ $file ], $file );
			$loser    = $is_newer ? $owners[ $file ] : $pod;
			if ( $is_newer ) {
				put( ROOT . "/migration/$loser/$file", ROOT . "/conflicts/pod-$loser/$file" );
				unlink( $to );
				put( $from, $to );
				$owners[ $file ] = $pod;
			} else {
				put( $from, ROOT . "/conflicts/pod-$pod/$file" );
			}
			$conflicts[] = "$file: that of pod {$loser} is in conflicts/pod-$loser/$file";
		}
	}
}

// Every byte of every pod is somewhere.
foreach ( $pods as $pod ) {
	foreach ( files_in( ROOT . "/migration/$pod" ) as $file ) {
		$from = ROOT . "/migration/$pod/$file";
		if ( ! is_same( $from, ROOT . "/merging/$file" ) && ! is_same( $from, ROOT . "/conflicts/pod-$pod/$file" ) ) {
			fail( "$file of pod $pod is not as it was" );
		}
	}
}
$list = implode( '', array_map( static fn ( $conflict ) => "$conflict\n", $conflicts ) );
if ( $conflicts && strlen( $list ) !== file_put_contents( LIST_FILE, $list ) ) {
	fail( LIST_FILE . ' cannot be written' );
}
if ( ! rename( ROOT . '/merging', ROOT . '/wp-content' ) ) {
	fail( ROOT . '/merging cannot become wp-content' );
}
clear( ROOT . '/migration' );
printf( "one content of %d pods: %d files, %d conflicts\n", count( $pods ), count( $owners ), count( $conflicts ) );
tell_conflicts();

/** Ends this run. What it was to make is not there yet, and the pods' own content is as it was. */
function fail( string $reason ): never {
	fwrite( STDERR, "$reason: nothing was changed\n" );
	exit( 1 );
}

function tell_conflicts(): void {
	foreach ( is_file( LIST_FILE ) ? file( LIST_FILE ) : array() as $conflict ) {
		echo "conflict: $conflict";
	}
}

/** When a pod changed a file, in seconds. The claim may have refused the times: copy.sh has written them down beside the copy. */
function modified( string $pod, string $file ): float {
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

/** Files and links below a folder, by their paths in it. */
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

/** Whether one pod has a file where another has a folder on the way to this one. */
function is_inside_a_file( string $file ): bool {
	for ( $parent = dirname( $file ); '.' !== $parent; $parent = dirname( $parent ) ) {
		$there = ROOT . "/merging/$parent";
		if ( exists( $there ) && ! is_dir( $there ) ) {
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

/** Puts a file into another place too, with its mode and time where the claim takes them. */
function put( string $from, string $to ): void {
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

function clear( string $folder ): void {
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
