package io.smartasync.bridge;

import io.smartasync.SmartAsyncConfigurationException;
import io.smartasync.SmartAsyncConfigurationException.Problem;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartFactoryBean;

/**
 * The bean definition of a bridge. A factory bean, since ahead-of-time processing puts the code that it generates for one into
 * the package of what it makes, which may be package-private.
 */
public final class BridgeFactoryBean<T> implements SmartFactoryBean<T> {

    private final Class<T> bridge;
    private final ObjectProvider<Bridges> bridges;

    /** In some orders of start-up Spring asks more than once; the endpoint lists each bridge once. */
    private @Nullable T made;

    /** Makes {@code bridge} by {@code bridges}, which is not there where SmartAsync is not. */
    public BridgeFactoryBean(Class<T> bridge, ObjectProvider<Bridges> bridges) {
        this.bridge = bridge;
        this.bridges = bridges;
    }

    @Override
    public synchronized T getObject() {
        T known = made;
        if (known == null) {
            known = bridges().create(bridge);
            made = known;
        }
        return known;
    }

    private Bridges bridges() {
        Bridges known = bridges.getIfAvailable();
        if (known == null) {
            throw new SmartAsyncConfigurationException(List.of(new Problem(
                    BridgeMatcher.describe(bridge),
                    "nothing makes bridges here: smartasync.enabled is false, or SmartAsync is not configured (no AspectJ on the"
                            + " class path, or a slice of a test)",
                    "Do not inject it here, or inject it with ObjectProvider; or let SmartAsync be configured.")));
        }
        return known;
    }

    @Override
    public Class<T> getObjectType() {
        return bridge;
    }

    /** Like any other singleton it is made at startup, and so are its mistakes found. */
    @Override
    public boolean isEagerInit() {
        return bridges.getIfAvailable() != null;
    }
}
