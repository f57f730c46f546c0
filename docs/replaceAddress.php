<?php
/**
 * Replaces the address of a site in all tables of WordPress, also within serialized values and JSON. It is idempotent. In a WordPress pod:
 * php -- http://old.example https://new.example < replaceAddress.php
 */

require '/var/www/html/wp-load.php';

[ , $old, $new ] = $argv + array( '', '', '' );
foreach ( array( $old, $new ) as $address ) {
	// A script from standard input has no constant STDERR.
	if ( ! preg_match( '#^https?://[^\s/]+(/\S*[^\s/])?$#', $address ) ) {
		file_put_contents( 'php://stderr', "\"$address\" is no address; expected two such as https://blog.example.com, without a slash at the end\n" );
		exit( 1 );
	}
}
printf( "%d values have %s in the place of %s\n", replace_in_tables( $old, $new ), $new, $old );

/** @return int number of values that were changed */
function replace_in_tables( string $old, string $new ): int {
	global $wpdb;
	$changed = 0;
	// Without the scheme: in JSON its slashes are escaped.
	$host = '%' . $wpdb->esc_like( wp_parse_url( $old, PHP_URL_HOST ) ) . '%';
	foreach ( $wpdb->get_col( $wpdb->prepare( 'SHOW TABLES LIKE %s', $wpdb->esc_like( $wpdb->prefix ) . '%' ) ) as $table ) {
		$columns = $wpdb->get_results( "SHOW COLUMNS FROM `$table`", ARRAY_A );
		$keys    = array_column( array_filter( $columns, static fn ( $column ) => 'PRI' === $column['Key'] ), 'Field' );
		foreach ( $columns as [ 'Field' => $column, 'Type' => $type ] ) {
			// A guid is a post's identity, not a link.
			if ( 'guid' === $column || ! preg_match( '/char|text/', $type ) || in_array( $column, $keys, true ) ) {
				continue;
			}
			$selected = implode( ', ', array_map( static fn ( $key ) => "`$key`", array( ...$keys, $column ) ) );
			foreach ( $wpdb->get_results( $wpdb->prepare( "SELECT $selected FROM `$table` WHERE `$column` LIKE %s", $host ), ARRAY_A ) as $row ) {
				$value = replace_address( $row[ $column ], $old, $new );
				if ( $value === $row[ $column ] ) {
					continue;
				}
				unset( $row[ $column ] );
				if ( ! $keys || false === $wpdb->update( $table, array( $column => $value ), $row ) ) {
					file_put_contents( 'php://stderr', "$table.$column cannot be changed: $wpdb->last_error\n" );
					exit( 1 );
				}
				++$changed;
			}
		}
	}
	return $changed;
}

/** Replaces the address where it is not the beginning of another one, such as http://old.example.com. */
function replace_address( string $text, string $old, string $new ): string {
	if ( is_serialized( $text ) ) {
		return replace_serialized( $text, $old, $new );
	}
	foreach ( array( '/', '\\/' ) as $slash ) {
		[ $from, $to ] = str_replace( '/', $slash, array( $old, $new ) );
		$pattern       = '#' . preg_quote( $from, '#' ) . '(?![a-z0-9:-]|\.[a-z0-9])#i';
		$text          = preg_replace_callback( $pattern, static fn () => $to, $text );
	}
	return $text;
}

/** In PHP's format each string follows its length in bytes. Nothing is unserialized: that would run code of classes. */
function replace_serialized( string $text, string $old, string $new ): string {
	$done = '';
	$at   = 0;
	while ( preg_match( '/(?<![a-z0-9_\\\\])s:(\d+):"/i', $text, $found, PREG_OFFSET_CAPTURE, $at ) ) {
		[ [ $head, $begin ], [ $length ] ] = $found;

		$inner = substr( $text, $begin + strlen( $head ), (int) $length );
		if ( '";' !== substr( $text, $begin + strlen( $head ) + (int) $length, 2 ) ) {
			// Invalid, such as one that was cut off: the rest stays as it is.
			return $done . substr( $text, $at );
		}
		$inner = replace_address( $inner, $old, $new );
		$done .= substr( $text, $at, $begin - $at ) . 's:' . strlen( $inner ) . ":\"$inner\";";
		$at    = $begin + strlen( $head ) + (int) $length + 2;
	}
	return $done . substr( $text, $at );
}
