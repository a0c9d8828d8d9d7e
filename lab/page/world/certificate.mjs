// A certificate that lives as long as the run. The browsers are told to accept it.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export function makeCertificate(folder) {
  const key = join(folder, "key.pem");
  const certificate = join(folder, "certificate.pem");
  const names = ["DNS:*.example", "DNS:localhost", "IP:127.0.0.1", "IP:192.168.77.1", "IP:203.0.113.10"].join(",");
  const request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const about = ["-subj", "/CN=page lab", "-addext", `subjectAltName=${names}`, "-keyout", key, "-out", certificate];
  execFileSync("openssl", [...request, ...about], { stdio: "ignore" });
  return { key: readFileSync(key), cert: readFileSync(certificate) };
}
