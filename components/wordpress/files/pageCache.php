<?php
/**
 * Purges the page cache at the end of a request that changed what visitors see. It is loaded like a must-use plugin, but not from
 * wp-content, which belongs to the user.
 *
 * Two kinds of requests purge at once: jobs, and requests of logged-in users who do more than view the site. A change by any other
 * request is pending until the next job purges. So neither a visitor nor a plugin that writes at each page view causes a purge.
 */

namespace WordPressStack\PageCache;

/** Option that exists while a change is pending. It is written directly to the database: WordPress's hooks would count it as a change. */
const PENDING_OPTION = 'wordpress_stack_page_change';

const CONTENT_HOOKS = array( 'created_term', 'edited_term', 'delete_term', 'deleted_user', 'wp_update_nav_menu', 'switch_theme', 'upgrader_process_complete' );

/** Post types that no page shows, whatever their status. A page may show any other: a form, a table, a product variation. */
const HIDDEN_POST_TYPES = array( 'revision', 'oembed_cache', 'customize_changeset', 'user_request' );

/** Options and meta for internal use by WordPress and common plugins: no page shows them. Whitespace in these patterns is ignored. */
const HIDDEN_OPTIONS = '/^(
	(_site)?_transient_.* | wordpress_stack_.* | action_scheduler_.* | schema-ActionScheduler.* | .*\.lock | \w+_children
	| cron | doing_cron | rewrite_rules | recently_(activated|edited) | uninstall_plugins | theme_switched | wp_force_deactivated_plugins
	| (initial_)?db_version | db_upgraded | fresh_site | finished_\w+ | https_detection_errors | user_count | can_compress_scripts
	| auto_core_update_\w+ | auto_plugin_theme_update_emails | dismissed_update_core | dashboard_widget_options | recovery_\w+
	| admin_email_lifespan | new_admin_email | adminhash | secret_key | (auth|secure_auth|logged_in|nonce)_(key|salt)
)$/x';
const HIDDEN_META    = '/^(
	_edit_(lock|last) | _pingme | _encloseme | _trackbackme | _oembed_\w+ | akismet_\w+
	| _wp_(old_slug|old_date|desired_post_slug|trash_meta_\w+) | session_tokens | _application_passwords | _new_email
	| default_password_nag | community-events-location | show_welcome_panel | dismissed_wp_pointers
	| (meta-box-order|metaboxhidden|closedpostboxes|screen_layout)_.* | manage.*columnshidden | (edit_.*|upload)_per_page
	| .*_(capabilities|user_level|user-settings|user-settings-time|dashboard_quick_press_last_post_id|persisted_preferences)
)$/x';

/** Kinds of changes by this request that visitors may see. */
final class Changes {
	/** Posts, comments, terms, users, themes and plugins. */
	public static bool $content = false;
	/** Options and meta. Plugins may also write these at each page view, as counters. */
	public static bool $settings = false;
}

foreach ( CONTENT_HOOKS as $hook ) {
	add_action( $hook, __NAMESPACE__ . '\record_content_change' );
}
// Every change of a post calls this hook. Plugins call hooks too, with fewer arguments: hence the defaults.
add_action( 'clean_post_cache', static fn ( $id, $post = null ) => is_visible_post( $post ) && record_content_change(), 10, 2 );
add_action(
	'transition_post_status',
	static fn ( $new, $old = '', $post = null ) => is_visible_status( $old ) && ! is_hidden_type( $post ) && record_content_change(),
	10,
	3
);
add_action(
	'set_object_terms',
	static function ( $id, $terms = null, $new = null, $taxonomy = '', $append = false, $old = array() ) {
		if ( $new != $old && is_visible( 'post', $id ) ) {
			record_content_change();
		}
	},
	10,
	6
);
// A comment that waits for approval changes nothing yet.
add_action( 'edit_comment', static fn ( $id ) => is_visible( 'comment', $id ) && record_content_change() );
add_action(
	'transition_comment_status',
	static fn ( $status, $previous = '' ) => in_array( 'approved', array( $status, $previous ), true ) && record_content_change(),
	10,
	2
);
// Only these fields count: a request for a new password changes the user too. The email address determines the avatar.
add_action(
	'profile_update',
	static function ( $id, $previous = null ) {
		$user = get_userdata( $id );
		foreach ( array( 'display_name', 'user_nicename', 'user_url', 'user_email' ) as $field ) {
			if ( $user && ( $previous->$field ?? null ) !== $user->$field && is_visible( 'user', $id ) ) {
				record_content_change();
			}
		}
	},
	10,
	2
);
foreach ( array( 'added', 'updated', 'deleted' ) as $change ) {
	add_action( "{$change}_option", static fn ( $option ) => preg_match( HIDDEN_OPTIONS, (string) $option ) || record_settings_change() );
	foreach ( array( 'post', 'comment', 'term', 'user' ) as $kind ) {
		add_action(
			"{$change}_{$kind}_meta",
			static function ( $ids, $id = 0, $key = '' ) use ( $kind ) {
				if ( ! Changes::$settings && ! preg_match( HIDDEN_META, (string) $key ) && is_visible( $kind, $id ) ) {
					record_settings_change();
				}
			},
			10,
			3
		);
	}
}
add_action( 'shutdown', __NAMESPACE__ . '\purge_or_mark_pending', PHP_INT_MAX );

function record_content_change(): void {
	Changes::$content = true;
}

function record_settings_change(): void {
	Changes::$settings = true;
}

/** Whether a page may show an object. @param int|string $id 0 stands for all objects of the kind */
function is_visible( string $kind, $id ): bool {
	if ( 0 === (int) $id || 'term' === $kind ) {
		return true;
	}
	if ( 'post' === $kind ) {
		return is_visible_post( get_post( $id ) );
	}
	if ( 'comment' === $kind ) {
		return '1' === ( get_comment( $id )->comment_approved ?? null );
	}
	// Only authors. Plugins write meta of customers and subscribers at any time.
	return count_user_posts( $id, get_post_types( array( 'public' => true ) ), true ) > 0;
}

function is_visible_post( ?object $post ): bool {
	return null !== $post && ! is_hidden_type( $post ) && is_visible_status( $post->post_status );
}

function is_hidden_type( ?object $post ): bool {
	return in_array( $post->post_type ?? '', HIDDEN_POST_TYPES, true );
}

/** Whether a page may show posts of this status. Drafts, which the dashboard creates by itself, and shop orders are not visible. */
function is_visible_status( string $status ): bool {
	// The status of attachments.
	return 'inherit' === $status || ( get_post_status_object( $status )->public ?? false );
}

/** Purges after a change, or leaves the purge to the next job. */
function purge_or_mark_pending(): void {
	if ( may_purge() ) {
		if ( Changes::$content || Changes::$settings || ( 'cli' === PHP_SAPI && is_pending() ) ) {
			purge();
		}
	} elseif ( Changes::$content || ( Changes::$settings && ! is_view() ) ) {
		mark_pending();
	}
}

/** Whether the request is a job, or is by a logged-in user who does more than view the site: in the dashboard a link may change data. */
function may_purge(): bool {
	if ( 'cli' === PHP_SAPI ) {
		return true;
	}
	// After an early end of the request, by a plugin's fatal error, there is no user.
	if ( ! function_exists( 'is_user_logged_in' ) || ! is_user_logged_in() ) {
		return false;
	}
	$is_dashboard = is_admin() || ( defined( 'REST_REQUEST' ) && REST_REQUEST );
	return ! is_view() || ( $is_dashboard && current_user_can( 'edit_posts' ) );
}

function is_view(): bool {
	return in_array( $_SERVER['REQUEST_METHOD'] ?? '', array( 'GET', 'HEAD' ), true );
}

function is_pending(): bool {
	global $wpdb;
	$sql = $wpdb->prepare( "SELECT 1 FROM $wpdb->options WHERE option_name = %s", PENDING_OPTION );
	return null !== query( static fn () => $wpdb->get_var( $sql ) );
}

/** Leaves the purge to the next job. Any number of requests until then writes one row, once. */
function mark_pending(): void {
	global $wpdb;
	$sql = "INSERT IGNORE INTO $wpdb->options (option_name, option_value, autoload) VALUES (%s, '1', 'no')";
	if ( ! is_pending() ) {
		query( static fn () => $wpdb->query( $wpdb->prepare( $sql, PENDING_OPTION ) ) );
	}
}

/** Runs a query without error output: a site that is being installed may have no tables yet. */
function query( callable $run ): mixed {
	global $wpdb;
	$were_hidden = $wpdb->suppress_errors();
	$result      = $run();
	$wpdb->suppress_errors( $were_hidden );
	return $result;
}

/** Purges every cache pod. If one cannot be reached, the next job tries again. */
function purge(): void {
	global $wpdb;
	// Deleted first, since a change by another request from here on may be too late for this purge.
	query( static fn () => $wpdb->delete( $wpdb->options, array( 'option_name' => PENDING_OPTION ) ) );

	[ 'host' => $host, 'port' => $port ] = WORDPRESS_PAGE_CACHES;

	// A job does not know which host name visitors use, and there may be no ready pod yet. So it does not warm the front page.
	$path      = 'cli' === PHP_SAPI ? 'renew' : 'renew-from-front-page';
	$home      = wp_parse_url( WP_HOME );
	$addresses = gethostbynamel( $host ) ?: array_column( dns_get_record( $host, DNS_AAAA ) ?: array(), 'ipv6' );
	$requests  = array_map(
		static fn ( $address ) => array(
			'url'     => 'http://' . ( str_contains( $address, ':' ) ? "[$address]" : $address ) . ":$port/$path",
			'type'    => 'POST',
			// For these, the cache warms the front page.
			'headers' => array(
				'Host'              => $home['host'] . ( isset( $home['port'] ) ? ":{$home['port']}" : '' ),
				'X-Forwarded-Proto' => $home['scheme'],
			),
		),
		$addresses
	);
	$options   = array(
		// Another purge may be running, and this one follows it: four seconds each at most.
		'timeout'         => 10,
		'connect_timeout' => 1,
	);
	$is_done   = array() !== $addresses;
	foreach ( \WpOrg\Requests\Requests::request_multiple( $requests, $options ) as $index => $response ) {
		if ( ! $response instanceof \WpOrg\Requests\Response || ! $response->success ) {
			$is_done = false;
			error_log( "The page cache at {$addresses[ $index ]} could not be purged: the next job tries again, within five minutes." );
		}
	}
	if ( ! $is_done ) {
		mark_pending();
	}
}
