// A server of the Java runtime, nothing disabled: `java Jsse.java PORT KEYSTORES PROTOCOLS PATTERN`, lists by comma; the
// suites are all that match the pattern.
import java.io.File;
import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Security;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyStoreBuilderParameters;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;

public class Jsse {
    public static void main(String[] given) throws Exception {
        Security.setProperty("jdk.tls.disabledAlgorithms", "");
        Security.setProperty("jdk.certpath.disabledAlgorithms", "");
        Security.setProperty("jdk.tls.legacyAlgorithms", "");
        KeyStore.PasswordProtection protection = new KeyStore.PasswordProtection("lab-only".toCharArray());
        List<KeyStore.Builder> stores = Arrays.stream(given[1].split(","))
            .map(path -> KeyStore.Builder.newInstance("PKCS12", null, new File(path), protection)).toList();
        KeyManagerFactory keys = KeyManagerFactory.getInstance("NewSunX509");
        keys.init(new KeyStoreBuilderParameters(stores));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
            .createServerSocket(Integer.parseInt(given[0]), 200, InetAddress.getByName("127.0.0.1"));
        server.setEnabledProtocols(given[2].split(","));
        server.setEnabledCipherSuites(Arrays.stream(server.getSupportedCipherSuites())
            .filter(name -> name.matches(given[3])).toArray(String[]::new));
        while (true) {
            SSLSocket client = (SSLSocket) server.accept();
            Thread thread = new Thread(() -> answer(client));
            thread.setDaemon(true);
            thread.start();
        }
    }

    private static void answer(SSLSocket client) {
        try (client) {
            client.setSoTimeout(15_000);
            client.startHandshake();
            client.getInputStream().read(new byte[4096]);
            client.getOutputStream().write("HTTP/1.0 200 OK\r\n\r\nlab\n".getBytes());
        } catch (Exception ended) {
            // A prober breaks off in the middle of every handshake.
        }
    }
}
