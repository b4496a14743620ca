/** INFO's sections Stats and Storage: what has happened since the start, and what there is. */

import type { InfoFacts, InfoField } from "./facts.ts";

export function statsFields(facts: InfoFacts): InfoField[] {
  const { keyspace, clients, traffic, commandsProcessed } = facts;
  return [
    ["commands_processed", commandsProcessed],
    ["requests_per_second", traffic.requestsPerSecond.toFixed(2)],
    ["total_connections_received", clients.handled],
    ["total_commands_processed", commandsProcessed],
    ["instantaneous_ops_per_sec", Math.round(traffic.requestsPerSecond)],
    ["total_net_input_bytes", traffic.inputBytes],
    ["total_net_output_bytes", traffic.outputBytes],
    ["total_net_repl_input_bytes", 0],
    ["total_net_repl_output_bytes", 0],
    ["instantaneous_input_kbps", kilobytes(traffic.inputBytesPerSecond)],
    ["instantaneous_output_kbps", kilobytes(traffic.outputBytesPerSecond)],
    ["instantaneous_input_repl_kbps", kilobytes(0)],
    ["instantaneous_output_repl_kbps", kilobytes(0)],
    ["rejected_connections", clients.rejected],
    ["sync_full", 0],
    ["sync_partial_ok", 0],
    ["sync_partial_err", 0],
    ["expired_subkeys", keyspace.expiredFields],
    ["expired_keys", keyspace.expired],
    ["expired_stale_perc", "0.00"],
    ["expired_time_cap_reached_count", 0],
    ["expire_cycle_cpu_milliseconds", 0],
    ["evicted_keys", 0],
    ["evicted_clients", 0],
    ["total_eviction_exceeded_time", 0],
    ["current_eviction_exceeded_time", 0],
    ["keyspace_hits", keyspace.hits],
    ["keyspace_misses", keyspace.misses],
    ["pubsub_channels", 0],
    ["pubsub_patterns", 0],
    ["pubsubshard_channels", 0],
    ["latest_fork_usec", 0],
    ["total_forks", 0],
    ["migrate_cached_sockets", 0],
    ["slave_expires_tracked_keys", 0],
    ["active_defrag_hits", 0],
    ["active_defrag_misses", 0],
    ["active_defrag_key_hits", 0],
    ["active_defrag_key_misses", 0],
    ["total_active_defrag_time", 0],
    ["current_active_defrag_time", 0],
    ["tracking_total_keys", 0],
    ["tracking_total_items", 0],
    ["tracking_total_prefixes", 0],
    ["unexpected_error_replies", 0],
    ["total_error_replies", sum(facts.errorCounts.values())],
    ["dump_payload_sanitizations", 0],
    ["total_reads_processed", traffic.reads],
    ["total_writes_processed", traffic.writes],
    ["io_threaded_reads_processed", 0],
    ["io_threaded_writes_processed", 0],
    ["reply_buffer_shrinks", 0],
    ["reply_buffer_expands", 0],
  ];
}

/** The product's own section. Expired keys stand in Stats, where Redis has them. */
export function storageFields({ keyspace }: InfoFacts): InfoField[] {
  let expiring = 0;
  for (let db = 0; db < keyspace.databases; db++) expiring += keyspace.expiringKeys(db);
  return [
    ["total_keys", keyspace.totalKeys],
    ["expiring_keys", expiring],
    ["databases", keyspace.databases],
    ["shards", keyspace.shards.length],
  ];
}

function kilobytes(bytes: number): string {
  return (bytes / 1024).toFixed(2);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
