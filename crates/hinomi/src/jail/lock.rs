//! How a worker locks itself in, before it has read anything. Each wall stands alone; one that cannot be built is
//! left out and missing from the [`Shields`] it reports.

use super::{Layers, Shields};
use landlock::{
    ABI, Access, AccessFs, AccessNet, LandlockStatus, Ruleset, RulesetAttr, RulesetCreatedAttr,
    RulesetStatus, Scope,
};
use rustix::process::{Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Is, SeccompCondition,
    SeccompFilter, SeccompRule, TargetArch,
};
use std::collections::BTreeMap;

/// Shuts every door. Nothing here fails: what could not be shut is missing from the answer.
pub(super) fn lock(layers: Layers, memory_bytes_max: u64) -> Shields {
    // A worker whose jail is gone must not linger.
    let _ = set_parent_process_death_signal(Some(Signal::KILL));
    let _ = rustix::process::chdir("/");
    close_inherited();
    let landlock_abi = if layers.landlock { landlock() } else { None };
    let rlimits = layers.rlimits && rlimits(memory_bytes_max);
    // Last, because it forbids all of the above.
    let seccomp = layers.seccomp && seccomp();
    Shields { landlock_abi, seccomp, rlimits, process: true }
}

/// Closes what a careless ancestor left open: everything but stdin, stdout and stderr.
fn close_inherited() {
    let Ok(listing) = std::fs::read_dir("/proc/self/fd") else { return };
    // Collected first: the listing itself holds one of the descriptors it lists.
    let open: Vec<i32> =
        listing.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    for fd in open.into_iter().filter(|fd| *fd > 2) {
        let _ = nix::unistd::close(fd);
    }
}

/// A ruleset that handles every right the kernel knows and grants none. Returns the ABI in force.
fn landlock() -> Option<i32> {
    let newest = ABI::V9;
    let status = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(newest)))
        .and_then(|rules| rules.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(|rules| rules.no_new_privs(true).restrict_self())
        .ok()?;
    match (status.ruleset, status.landlock) {
        (RulesetStatus::NotEnforced, _) => None,
        (_, LandlockStatus::Available { effective_abi, .. }) => Some(effective_abi as i32),
        _ => None,
    }
}

/// Memory, files and processes. The processor time of each job is the jail's to set from outside.
fn rlimits(memory_bytes_max: u64) -> bool {
    const STACK: u64 = 8 << 20;
    let none = |resource| lower(resource, 0);
    let limits = [
        lower(Resource::As, memory_bytes_max),
        none(Resource::Core),
        none(Resource::Fsize),
        none(Resource::Nproc),
        none(Resource::Memlock),
        none(Resource::Msgqueue),
        // stdin, stdout, stderr: the next descriptor would be the fourth.
        lower(Resource::Nofile, 3),
        lower(Resource::Stack, STACK),
    ];
    limits.into_iter().all(|held| held)
}

/// Sets both limits, never above what was inherited.
fn lower(resource: Resource, to: u64) -> bool {
    let inherited = getrlimit(resource);
    let to = inherited.maximum.map_or(to, |maximum| maximum.min(to));
    setrlimit(resource, Rlimit { current: Some(to), maximum: Some(to) }).is_ok()
}

/// What a pure reader and the Rust runtime around it need. Anything else kills the process.
fn seccomp() -> bool {
    let Some(program) = filter() else { return false };
    seccompiler::apply_filter(&program).is_ok()
}

fn filter() -> Option<BpfProgram> {
    let arch = TargetArch::try_from(std::env::consts::ARCH).ok()?;
    let filter =
        SeccompFilter::new(allowed()?, SeccompAction::KillProcess, SeccompAction::Allow, arch).ok()?;
    filter.try_into().ok()
}

fn allowed() -> Option<BTreeMap<i64, Vec<SeccompRule>>> {
    let free = [
        // memory; growing it is bounded by the address space limit
        libc::SYS_brk,
        libc::SYS_munmap,
        libc::SYS_mremap,
        libc::SYS_madvise,
        // clocks, where the vDSO does not serve them; randomness for hash maps
        libc::SYS_clock_gettime,
        libc::SYS_gettimeofday,
        libc::SYS_getrandom,
        // locks, signals and the way out
        libc::SYS_futex,
        libc::SYS_sched_yield,
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sigaltstack,
        libc::SYS_getpid,
        libc::SYS_gettid,
        libc::SYS_exit,
        libc::SYS_exit_group,
    ];
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        free.into_iter().map(|call| (call, Vec::new())).collect();
    let executable = libc::PROT_EXEC as u64;
    let anonymous = libc::MAP_ANONYMOUS as u64;
    let own_pid = u64::try_from(rustix::process::getpid().as_raw_pid()).ok()?;
    // Jobs come in on 0, answers go out on 1, last words on 2; no other descriptor can be used.
    rules.insert(libc::SYS_read, vec![rule(&[(0, Is::Eq, 0)])?]);
    let out = vec![rule(&[(0, Is::Eq, 1)])?, rule(&[(0, Is::Eq, 2)])?];
    rules.insert(libc::SYS_write, out.clone());
    rules.insert(libc::SYS_writev, out);
    // Memory is never executable and never a file.
    rules.insert(
        libc::SYS_mmap,
        vec![rule(&[(2, Is::MaskedEq(executable), 0), (3, Is::MaskedEq(anonymous), anonymous)])?],
    );
    rules.insert(libc::SYS_mprotect, vec![rule(&[(2, Is::MaskedEq(executable), 0)])?]);
    // abort() signals itself, nobody else.
    rules.insert(libc::SYS_tgkill, vec![rule(&[(0, Is::Eq, own_pid)])?]);
    rules.insert(libc::SYS_tkill, vec![rule(&[(0, Is::Eq, own_pid)])?]);
    Some(rules)
}

/// All of these `(argument, comparison, value)` hold. Arguments are compared as the 32 bits the kernel uses.
fn rule(conditions: &[(u8, Is, u64)]) -> Option<SeccompRule> {
    let conditions: Result<Vec<_>, _> = conditions
        .iter()
        .map(|(argument, is, value)| SeccompCondition::new(*argument, Width::Dword, is.clone(), *value))
        .collect();
    SeccompRule::new(conditions.ok()?).ok()
}
