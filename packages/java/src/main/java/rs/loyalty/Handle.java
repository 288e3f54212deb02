package rs.loyalty;

import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** An object of C, freed by close() or some time after it was forgotten. No other thread may use it while it is closed. */
abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final AtomicLong owned;
    private final Cleaner.Cleanable end;

    Handle(long pointer, LongConsumer free) {
        AtomicLong place = new AtomicLong(pointer);
        owned = place;
        end = CLEANER.register(this, () -> free.accept(place.getAndSet(0)));
    }

    /** Where it is in C. */
    final long pointer() {
        long pointer = owned.get();
        if (pointer == 0) {
            throw new IllegalStateException("this " + getClass().getSimpleName() + " is closed");
        }
        return pointer;
    }

    /** What a call has given, until which the collector has not taken the object. */
    final <T> T keeping(T given) {
        Reference.reachabilityFence(this);
        return given;
    }

    @Override
    public final void close() {
        end.clean();
    }
}
