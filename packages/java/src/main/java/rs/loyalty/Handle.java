package rs.loyalty;

import com.sun.jna.Pointer;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/** An object of C, freed by close() or some time after it was forgotten. No other thread may use it while it is closed. */
abstract class Handle implements AutoCloseable {
    private static final Cleaner CLEANER = Cleaner.create();

    private final AtomicReference<Pointer> owned;
    private final Cleaner.Cleanable end;

    Handle(Pointer pointer, Consumer<Pointer> free) {
        AtomicReference<Pointer> place = new AtomicReference<>(pointer);
        owned = place;
        end = CLEANER.register(this, () -> free.accept(place.getAndSet(null)));
    }

    /** Where it is in C. */
    final Pointer pointer() {
        Pointer pointer = owned.get();
        if (pointer == null) {
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
