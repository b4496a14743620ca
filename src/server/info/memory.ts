/**
 * INFO's section Memory. `used_memory` is what the dataset takes, its indexes included: exact, and what
 * `maxmemory` is compared with. The rest of the process shows in `used_memory_rss` alone.
 */

import type { InfoFacts, InfoField } from "./facts.ts";

const UNITS = ["B", "K", "M", "G", "T", "P"];

export function memoryFields({ keyspace, memory, clients }: InfoFacts): InfoField[] {
  const used = keyspace.usedBytes;
  const peak = Math.max(used, memory.usedBytesPeak);
  const resident = memory.residentBytes;
  // What the arenas have ever reached into, holes between blocks included.
  const touched = keyspace.shards.reduce((sum, { arena }) => sum + arena.top, 0);
  const pending = keyspace.shards.reduce((sum, { reclaimer }) => sum + reclaimer.pending, 0);
  const reclaimed = keyspace.shards.reduce((sum, { reclaimer }) => sum + reclaimer.reclaimed, 0);
  return [
    ["memory_usage_bytes", used],
    ["used_memory", used],
    ["used_memory_human", humanBytes(used)],
    ["used_memory_rss", resident],
    ["used_memory_rss_human", humanBytes(resident)],
    ["used_memory_peak", peak],
    ["used_memory_peak_human", humanBytes(peak)],
    ["used_memory_peak_perc", percent(used, peak)],
    ["used_memory_overhead", 0],
    ["used_memory_startup", 0],
    ["used_memory_dataset", used],
    ["used_memory_dataset_perc", percent(used, used)],
    ["allocator_allocated", used],
    ["allocator_active", touched],
    ["allocator_resident", touched],
    ["total_system_memory", memory.systemBytes],
    ["total_system_memory_human", humanBytes(memory.systemBytes)],
    ["used_memory_lua", 0],
    ["used_memory_vm_eval", 0],
    ["used_memory_lua_human", humanBytes(0)],
    ["used_memory_scripts_eval", 0],
    ["number_of_cached_scripts", 0],
    ["number_of_functions", 0],
    ["number_of_libraries", 0],
    ["used_memory_vm_functions", 0],
    ["used_memory_vm_total", 0],
    ["used_memory_vm_total_human", humanBytes(0)],
    ["used_memory_functions", 0],
    ["used_memory_scripts", 0],
    ["used_memory_scripts_human", humanBytes(0)],
    ["maxmemory", memory.bytesMax],
    ["maxmemory_human", humanBytes(memory.bytesMax)],
    ["maxmemory_policy", memory.policy],
    ["allocator_frag_ratio", ratio(touched, used)],
    ["allocator_frag_bytes", touched - used],
    ["allocator_rss_ratio", ratio(touched, touched)],
    ["allocator_rss_bytes", 0],
    ["rss_overhead_ratio", ratio(resident, touched)],
    ["rss_overhead_bytes", resident - touched],
    ["mem_fragmentation_ratio", ratio(resident, used)],
    ["mem_fragmentation_bytes", resident - used],
    ["mem_not_counted_for_evict", 0],
    ["mem_replication_backlog", 0],
    ["mem_total_replication_buffers", 0],
    ["mem_clients_slaves", 0],
    ["mem_clients_normal", clients.bufferBytes],
    ["mem_cluster_links", 0],
    ["mem_aof_buffer", 0],
    ["mem_allocator", "arena"],
    ["active_defrag_running", 0],
    // Flushed databases rather than their keys.
    ["lazyfree_pending_objects", pending],
    ["lazyfreed_objects", reclaimed],
  ];
}

/** A number of bytes for people: `512B`, `1.50K`, `2.00G`. */
export function humanBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${UNITS[unit]}`;
}

/** Two decimals; 0 when there is nothing to compare with. */
function ratio(a: number, b: number): string {
  return (b === 0 ? 0 : a / b).toFixed(2);
}

function percent(part: number, whole: number): string {
  return `${ratio(part * 100, whole)}%`;
}
