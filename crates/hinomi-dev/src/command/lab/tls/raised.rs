//! Servers that run: started from their tables, waited for, and ended by their process ids.

use super::credentials::{Credentials, Laid};
use super::programs::{Program, program};
use super::roster::{Server, Step};
use crate::command::lab::Lab;
use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// A Java compiles its program first, a database makes its tables.
const READY_S_MAX: u64 = 60;

/// The servers of a run.
pub(crate) struct Raised {
    /// Those that run.
    pub(crate) running: Vec<Running>,
    /// Those that cannot here, and why.
    pub(crate) missing: Vec<(String, String)>,
    /// Every key file of theirs.
    pub(crate) laid: Vec<Laid>,
    /// The folder that holds a folder for each server: the tree of the join.
    pub(crate) tree: PathBuf,
    /// What signed their certificates.
    pub(crate) authority: PathBuf,
}

/// A server that runs, and ends with this value.
pub(crate) struct Running {
    pub(crate) server: Server,
    /// Its process; the servers themselves end what they started, and the chamber what is left.
    child: Child,
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself; then nothing is there to end.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Starts servers under a folder that is empty. Programs that are missing take only their own servers with them.
pub(crate) fn raise(lab: &Lab, desk: &Path, servers: Vec<Server>) -> Result<Raised> {
    let openssl = program(lab, "openssl").map_err(anyhow::Error::msg)?;
    // Servers that give up their rights still have to reach their own folders.
    fs::set_permissions(desk, Permissions::from_mode(0o711))?;
    let credentials = Credentials::make(&openssl, &desk.join("credentials"), &servers)?;
    let tree = desk.join("tree");
    let authority = credentials.authority();
    let mut raised = Raised { running: Vec::new(), missing: Vec::new(), laid: Vec::new(), tree, authority };
    for server in servers {
        let here = raised.tree.join(&server.id);
        fs::create_dir_all(&here)?;
        match programs(lab, &server) {
            Err(why) => raised.missing.push((server.id, why)),
            Ok(programs) => {
                raised.laid.extend(credentials.lay(&server, &here)?);
                let stage = Stage { lab, here: &here, port: server.port, programs };
                let child = stage.start(&server).with_context(|| format!("failed to start {}", server.id))?;
                raised.running.push(Running { server, child });
            }
        }
    }
    for Running { server, child } in &mut raised.running {
        let out = raised.tree.join(&server.id).join("out.log");
        ready(server.port, child, &out).with_context(|| format!("failed to start {}", server.id))?;
    }
    Ok(raised)
}

/// Every program that a server needs, by name.
fn programs(lab: &Lab, server: &Server) -> Result<BTreeMap<String, Program>, String> {
    let before = server.start.before.iter().map(|step| &step.program);
    before.chain([&server.start.program]).map(|name| Ok((name.clone(), program(lab, name)?))).collect()
}

/// Installs whatever the servers need; gives what is missing.
pub(crate) fn install(lab: &Lab, servers: &[Server]) -> Vec<(String, String)> {
    let missing = |server: &Server| Some((server.id.clone(), programs(lab, server).err()?));
    servers.iter().filter_map(missing).collect()
}

/// Where one server starts.
struct Stage<'a> {
    lab: &'a Lab,
    here: &'a Path,
    port: u16,
    programs: BTreeMap<String, Program>,
}

impl Stage<'_> {
    fn start(&self, server: &Server) -> Result<Child> {
        for name in &server.parameters {
            let file = format!("{name}.pem");
            fs::copy(self.lab.root.join("lab/tls/parameters").join(&file), self.here.join(file))?;
        }
        for (path, text) in &server.start.files {
            let path = self.here.join(path);
            fs::create_dir_all(path.parent().unwrap_or(self.here))?;
            fs::write(path, self.filled(text))?;
        }
        for Step { program, arguments } in &server.start.before {
            let mut command = self.command(program, arguments)?;
            let done = command.envs(self.environment(server)).stdin(Stdio::null()).output()?;
            let said = [done.stdout, done.stderr].concat();
            ensure!(done.status.success(), "{program} failed: {}", String::from_utf8_lossy(&said).trim());
        }
        let mut command = self.command(&server.start.program, &server.start.arguments)?;
        command.envs(self.environment(server));
        let out = File::create(self.here.join("out.log"))?;
        let child = command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out).spawn()?;
        Ok(child)
    }

    fn environment(&self, server: &Server) -> BTreeMap<String, String> {
        let set = &server.start.environment;
        set.iter().map(|(name, value)| (name.clone(), self.filled(value))).collect()
    }

    fn command(&self, name: &str, arguments: &[String]) -> Result<Command> {
        let program = self.programs.get(name).with_context(|| format!("failed to find {name}"))?;
        let mut command = program.command_in(self.lab, self.here);
        command.args(arguments.iter().map(|argument| self.filled(argument))).current_dir(self.here);
        Ok(command)
    }

    fn filled(&self, text: &str) -> String {
        let programs = self.lab.root.join("lab/tls/programs");
        text.replace("{here}", &self.here.display().to_string())
            .replace("{programs}", &programs.display().to_string())
            .replace("{port}", &self.port.to_string())
    }
}

/// Waits until a port takes connections.
fn ready(port: u16, child: &mut Child, out: &Path) -> Result<()> {
    let started = Instant::now();
    let place = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    while TcpStream::connect_timeout(&place, Duration::from_secs(1)).is_err() {
        let said = || fs::read_to_string(out).unwrap_or_default();
        if let Some(status) = child.try_wait()? {
            bail!("it ended with {status}: {}", said().trim());
        }
        ensure!(started.elapsed().as_secs() < READY_S_MAX, "it is not ready: {}", said().trim());
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
