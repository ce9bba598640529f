package io.smartasync.sample;

import io.smartasync.SmartAsync;
import io.smartasync.Workload;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.stereotype.Service;

/** A signature takes microseconds: declared non-blocking, plain values come in place even on an event loop. */
@Service
@SmartAsync(workload = Workload.NON_BLOCKING)
public class Tokens {

    private static final String ALGORITHM = "HmacSHA256";

    private final byte[] secret = new byte[32];

    Tokens() {
        new SecureRandom().nextBytes(secret);
    }

    public String issue(String user) {
        return sign(user);
    }

    /** The user to whom {@code token} was issued; empty if it is none of ours. */
    public Optional<String> userOf(String token) {
        try {
            String name = token.substring(0, Math.max(0, token.indexOf('.')));
            String user = new String(Base64.getUrlDecoder().decode(name), StandardCharsets.UTF_8);
            return same(sign(user), token) ? Optional.of(user) : Optional.empty();
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private String sign(String user) {
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

    private static boolean same(String expected, String token) {
        return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }
}
