package io.smartasync.sample;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Service;

/** A signature takes microseconds: declared non-blocking, it runs in place even on an event loop. */
@Service
public class Tokens {

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret = new byte[32];

    Tokens() {
        new SecureRandom().nextBytes(secret);
    }

    @SmartAsync(workload = Workload.NON_BLOCKING)
    public String issue(String user) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(secret, ALGORITHM));
            Base64.Encoder base64 = Base64.getUrlEncoder().withoutPadding();
            byte[] name = user.getBytes(StandardCharsets.UTF_8);
            return base64.encodeToString(name) + "." + base64.encodeToString(mac.doFinal(name));
        } catch (GeneralSecurityException ex) {
            throw new IllegalStateException(ex);
        }
    }
}
