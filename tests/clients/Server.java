// SPDX-License-Identifier: Apache-2.0

import java.net.InetAddress;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.Security;
import java.security.cert.X509Certificate;
import java.net.Socket;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.X509ExtendedKeyManager;

/** A TLS server whose key, one of them, is on the token: Server CONFIGURATION ALIAS. */
public class Server {
    /** Always the one alias. */
    static class One extends X509ExtendedKeyManager {
        final X509ExtendedKeyManager all;
        final String alias;

        One(X509ExtendedKeyManager all, String alias) {
            this.all = all;
            this.alias = alias;
        }

        public String[] getClientAliases(String type, Principal[] issuers) {
            return null;
        }

        public String chooseClientAlias(String[] types, Principal[] issuers, Socket socket) {
            return null;
        }

        public String[] getServerAliases(String type, Principal[] issuers) {
            return new String[] {alias};
        }

        public String chooseServerAlias(String type, Principal[] issuers, Socket socket) {
            return type.startsWith(all.getPrivateKey(alias).getAlgorithm()) ? alias : null;
        }

        public X509Certificate[] getCertificateChain(String any) {
            return all.getCertificateChain(alias);
        }

        public PrivateKey getPrivateKey(String any) {
            return all.getPrivateKey(alias);
        }
    }

    public static void main(String[] args) throws Exception {
        Provider provider = Security.getProvider("SunPKCS11").configure(args[0]);
        Security.addProvider(provider);
        KeyStore store = KeyStore.getInstance("PKCS11", provider);
        store.load(null, null);
        KeyManagerFactory factory = KeyManagerFactory.getInstance("SunX509");
        factory.init(store, null);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(new KeyManager[] {new One(
                (X509ExtendedKeyManager) factory.getKeyManagers()[0], args[1])}, null, null);
        try (SSLServerSocket server = (SSLServerSocket) context.getServerSocketFactory()
                .createServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            System.out.println("ready " + server.getLocalPort());
            while (true) {
                try (SSLSocket socket = (SSLSocket) server.accept()) {
                    socket.getInputStream().read();
                } catch (java.io.IOException e) {
                    System.out.println(e);
                }
            }
        }
    }
}
