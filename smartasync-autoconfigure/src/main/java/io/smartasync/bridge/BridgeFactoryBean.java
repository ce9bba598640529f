package io.smartasync.bridge;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.SmartFactoryBean;

/**
 * The bean definition of a bridge. A factory bean, since ahead-of-time processing puts the code that it generates for one into
 * the package of what it makes, which may be package-private.
 */
public final class BridgeFactoryBean<T> implements SmartFactoryBean<T> {

    private final Class<T> bridge;
    private final BridgeFactory factory;

    /** In some orders of start-up Spring asks more than once; the endpoint lists each bridge once. */
    private @Nullable T made;

    /** Makes bridges; the one bean of this type in an application. */
    public interface BridgeFactory {

        /** Makes a bridge. */
        <T> T create(Class<T> bridge);
    }

    /** Makes {@code bridge} by {@code factory}. */
    public BridgeFactoryBean(Class<T> bridge, BridgeFactory factory) {
        this.bridge = bridge;
        this.factory = factory;
    }

    @Override
    public synchronized T getObject() {
        T known = made;
        if (known == null) {
            known = factory.create(bridge);
            made = known;
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
        return true;
    }
}
