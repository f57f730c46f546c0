/**
 * A drop-in for Redis and Valkey that replaces the plugin's own, which is not available here. It stores every value under its group and
 * name. It reads the constants that site.php defines for the plugin. Without a server it keeps values for one request only.
 */
export const objectCacheDropIn = `<?php
class WP_Object_Cache {
	private $socket;
	private array $own    = array();
	private array $alone  = array();

	public function __construct() {
		$this->socket = @stream_socket_client( 'tcp://' . WP_REDIS_HOST . ':' . WP_REDIS_PORT, $code, $message, WP_REDIS_TIMEOUT ) ?: null;
		if ( $this->socket ) {
			stream_set_timeout( $this->socket, WP_REDIS_READ_TIMEOUT );
			$this->ask( 'AUTH', WP_REDIS_PASSWORD );
		}
	}

	/** The server's answer; null if it has no value or is unavailable. */
	private function ask( string ...$words ): ?string {
		if ( ! $this->socket ) {
			return null;
		}
		$request = '*' . count( $words ) . "\\r\\n";
		foreach ( $words as $word ) {
			$request .= '$' . strlen( $word ) . "\\r\\n$word\\r\\n";
		}
		$is_sent = @fwrite( $this->socket, $request );
		$line    = $is_sent ? fgets( $this->socket ) : false;
		if ( false === $line || '-' === $line[0] ) {
			$this->socket = null;
			return null;
		}
		if ( '$' !== $line[0] ) {
			return rtrim( substr( $line, 1 ) );
		}
		$length = (int) substr( $line, 1 );
		if ( -1 === $length ) {
			return null;
		}
		$value = stream_get_contents( $this->socket, $length );
		fgets( $this->socket );
		return $value;
	}

	private function name( $key, $group ): string {
		return ( $group ?: 'default' ) . ":$key";
	}

	private function is_shared( $group ): bool {
		return ! in_array( $group ?: 'default', $this->alone, true );
	}

	public function keep_alone( array $groups ): void {
		$this->alone = array_merge( $this->alone, $groups );
	}

	public function get( $key, $group = '', $force = false, &$found = null ) {
		$name = $this->name( $key, $group );
		if ( ! array_key_exists( $name, $this->own ) || ( $force && $this->is_shared( $group ) ) ) {
			$text = $this->is_shared( $group ) ? $this->ask( 'GET', $name ) : null;
			if ( null === $text ) {
				$found = false;
				return false;
			}
			$this->own[ $name ] = unserialize( $text );
		}
		$found = true;
		$value = $this->own[ $name ];
		return is_object( $value ) ? clone $value : $value;
	}

	public function set( $key, $value, $group = '', $expire = 0 ): bool {
		$name               = $this->name( $key, $group );
		$this->own[ $name ] = is_object( $value ) ? clone $value : $value;
		if ( $this->is_shared( $group ) ) {
			$this->ask( 'SET', $name, serialize( $value ), 'EX', (string) min( $expire ?: WP_REDIS_MAXTTL, WP_REDIS_MAXTTL ) );
		}
		return true;
	}

	public function delete( $key, $group = '' ): bool {
		$name = $this->name( $key, $group );
		unset( $this->own[ $name ] );
		if ( $this->is_shared( $group ) ) {
			$this->ask( 'DEL', $name );
		}
		return true;
	}

	public function has( $key, $group ): bool {
		$this->get( $key, $group, true, $found );
		return $found;
	}

	public function flush(): bool {
		$this->own = array();
		$this->ask( 'FLUSHALL' );
		return true;
	}
}

function wp_cache_init() {
	$GLOBALS['wp_object_cache'] = new WP_Object_Cache();
}
function wp_cache_get( $key, $group = '', $force = false, &$found = null ) {
	return $GLOBALS['wp_object_cache']->get( $key, $group, $force, $found );
}
function wp_cache_set( $key, $value, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->set( $key, $value, $group, (int) $expire );
}
function wp_cache_add( $key, $value, $group = '', $expire = 0 ) {
	if ( wp_suspend_cache_addition() || $GLOBALS['wp_object_cache']->has( $key, $group ) ) {
		return false;
	}
	return wp_cache_set( $key, $value, $group, $expire );
}
function wp_cache_replace( $key, $value, $group = '', $expire = 0 ) {
	return $GLOBALS['wp_object_cache']->has( $key, $group ) && wp_cache_set( $key, $value, $group, $expire );
}
function wp_cache_delete( $key, $group = '' ) {
	return $GLOBALS['wp_object_cache']->delete( $key, $group );
}
function wp_cache_incr( $key, $offset = 1, $group = '' ) {
	$value = wp_cache_get( $key, $group, true );
	return false !== $value && wp_cache_set( $key, max( 0, $value + $offset ), $group ) ? max( 0, $value + $offset ) : false;
}
function wp_cache_decr( $key, $offset = 1, $group = '' ) {
	return wp_cache_incr( $key, -$offset, $group );
}
function wp_cache_flush() {
	return $GLOBALS['wp_object_cache']->flush();
}
function wp_cache_close() {
	return true;
}
function wp_cache_add_global_groups( $groups ) {
}
function wp_cache_add_non_persistent_groups( $groups ) {
	$GLOBALS['wp_object_cache']->keep_alone( (array) $groups );
}
`;
