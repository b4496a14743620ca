/** INFO about the process and its part in the world: Server, Clients, Persistence, Replication, CPU. */

import { REDIS_VERSION } from "../../commands/server-port.ts";
import type { InfoFacts, InfoField } from "./facts.ts";

const SECONDS_PER_DAY = 86_400;
/** The LRU clock has 24 bits. */
const LRU_CLOCK_SECONDS = 2 ** 24;
/** Stands for a replication id that has never been given. */
const NO_REPLICATION_ID = "0".repeat(40);

export function serverFields({ process }: InfoFacts): InfoField[] {
  return [
    ["openkv_version", process.productVersion],
    ["redis_version", REDIS_VERSION],
    ["redis_git_sha1", "00000000"],
    ["redis_git_dirty", 0],
    ["redis_build_id", "0"],
    ["redis_mode", "standalone"],
    ["os", process.os],
    ["arch_bits", 64],
    ["monotonic_clock", "POSIX clock_gettime"],
    ["multiplexing_api", process.multiplexingApi],
    ["atomicvar_api", "none"],
    ["gcc_version", "0.0.0"],
    ["process_id", process.processId],
    ["process_supervised", "no"],
    ["run_id", process.runId],
    ["tcp_port", process.port],
    ["server_time_usec", process.nowMicroseconds],
    ["uptime_seconds", process.uptimeSeconds],
    ["uptime_in_seconds", process.uptimeSeconds],
    ["uptime_in_days", Math.floor(process.uptimeSeconds / SECONDS_PER_DAY)],
    ["hz", process.hz],
    ["configured_hz", process.hz],
    ["lru_clock", Math.floor(process.nowMicroseconds / 1e6) % LRU_CLOCK_SECONDS],
    ["executable", process.executable],
    ["config_file", process.configFile],
    ["io_threads_active", 0],
    ["worker_count", process.workerCount],
  ];
}

export function clientFields({ clients }: InfoFacts): InfoField[] {
  return [
    ["active_connections", clients.active],
    ["connections_handled", clients.handled],
    ["connected_clients", clients.active],
    ["cluster_connections", 0],
    ["maxclients", clients.clientsMax],
    ["client_recent_max_input_buffer", clients.inputBytesMax],
    ["client_recent_max_output_buffer", clients.outputBytesMax],
    ["blocked_clients", clients.blocked],
    ["tracking_clients", 0],
    ["clients_in_timeout_table", 0],
  ];
}

export function persistenceFields({ keyspace, lastSaveSeconds }: InfoFacts): InfoField[] {
  return [
    ["loading", 0],
    ["async_loading", 0],
    ["current_cow_peak", 0],
    ["current_cow_size", 0],
    ["current_cow_size_age", 0],
    ["current_fork_perc", "0.00"],
    ["current_save_keys_processed", 0],
    ["current_save_keys_total", 0],
    ["rdb_changes_since_last_save", keyspace.dirty],
    ["rdb_bgsave_in_progress", 0],
    ["rdb_last_save_time", lastSaveSeconds],
    ["rdb_last_bgsave_status", "ok"],
    ["rdb_last_bgsave_time_sec", -1],
    ["rdb_current_bgsave_time_sec", -1],
    ["rdb_saves", 0],
    ["rdb_last_cow_size", 0],
    ["rdb_last_load_keys_expired", 0],
    ["rdb_last_load_keys_loaded", 0],
    ["aof_enabled", 0],
    ["aof_rewrite_in_progress", 0],
    ["aof_rewrite_scheduled", 0],
    ["aof_last_rewrite_time_sec", -1],
    ["aof_current_rewrite_time_sec", -1],
    ["aof_last_bgrewrite_status", "ok"],
    ["aof_rewrites", 0],
    ["aof_rewrites_consecutive_failures", 0],
    ["aof_last_write_status", "ok"],
    ["aof_last_cow_size", 0],
    ["module_fork_in_progress", 0],
    ["module_fork_last_cow_size", 0],
  ];
}

export function replicationFields({ process }: InfoFacts): InfoField[] {
  return [
    ["role", "master"],
    ["connected_slaves", 0],
    ["master_failover_state", "no-failover"],
    ["master_replid", process.runId],
    ["master_replid2", NO_REPLICATION_ID],
    ["master_repl_offset", 0],
    ["second_repl_offset", -1],
    ["repl_backlog_active", 0],
    ["repl_backlog_size", 1_048_576],
    ["repl_backlog_first_byte_offset", 0],
    ["repl_backlog_histlen", 0],
  ];
}

/** The main thread's share is not told apart: it gets the figures of the process. */
export function cpuFields({ process }: InfoFacts): InfoField[] {
  const system = seconds(process.cpuSystemMicroseconds);
  const user = seconds(process.cpuUserMicroseconds);
  return [
    ["used_cpu_sys", system],
    ["used_cpu_user", user],
    ["used_cpu_sys_children", seconds(0)],
    ["used_cpu_user_children", seconds(0)],
    ["used_cpu_sys_main_thread", system],
    ["used_cpu_user_main_thread", user],
  ];
}

function seconds(microseconds: number): string {
  return (microseconds / 1e6).toFixed(6);
}
