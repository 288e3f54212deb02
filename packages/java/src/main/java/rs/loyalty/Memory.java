package rs.loyalty;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory that C reads and writes during a call. What is small lies on a stack of the thread's, as the allocator takes
 * longer than some scores; virtual threads, which are many and brief, have none.
 */
final class Memory implements AutoCloseable {
    private static final int STACK = 1 << 13;
    private static final ThreadLocal<ByteBuffer> STACKS =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(STACK));
    private static final ByteBuffer NO_STACK = ByteBuffer.allocateDirect(0);
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(STACK);

    private final ByteBuffer stack = C.onVirtualThread() ? NO_STACK : STACKS.get();
    private final int start = stack.position();
    private final List<Long> large = new ArrayList<>(0);

    /** So many bytes, all of them 0, and a few more: none would have no address. */
    ByteBuffer room(long bytes) {
        long length = (bytes / Long.BYTES + 1) * Long.BYTES;
        ByteBuffer room = length > stack.remaining() ? allocated(length) : onStack((int) length);
        return room.order(ByteOrder.nativeOrder());
    }

    private ByteBuffer onStack(int length) {
        int place = stack.position();
        stack.put(ZEROS.duplicate().limit(length));
        return stack.slice(place, length);
    }

    private ByteBuffer allocated(long length) {
        if (length > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("a column may take 2 GiB, got " + length + " bytes");
        }
        long address = C.calloc(length, 1);
        if (address == 0) {
            throw new OutOfMemoryError("no " + length + " bytes for a column");
        }
        large.add(address);
        return C.buffer(address, length);
    }

    /** The address of a column; 0 where it is left out. */
    long doubles(double[] values) {
        if (values == null) {
            return 0;
        }
        ByteBuffer column = room((long) Double.BYTES * values.length);
        column.asDoubleBuffer().put(values);
        return C.address(column);
    }

    long longs(long[] values) {
        ByteBuffer column = room((long) Long.BYTES * values.length);
        column.asLongBuffer().put(values);
        return C.address(column);
    }

    long bytes(byte[] values) {
        ByteBuffer column = room(values.length);
        column.put(0, values);
        return C.address(column);
    }

    /** The address of a text closed by a NUL; 0 where there is none. */
    long text(String text) {
        // The NUL is among the few bytes more that a room has.
        return text == null ? 0 : bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Pointers to texts. */
    long texts(List<String> texts) {
        return longs(texts.stream().mapToLong(this::text).toArray());
    }

    /** The address of ids in a struct of their own. */
    long ids(String name, int rows, Ids ids) {
        ByteBuffer struct = room(Struct.IDS);
        ids(struct, 0, name, rows, ids);
        return C.address(struct);
    }

    /** Ids within a struct: numbers, or where each text ends and the texts. */
    void ids(ByteBuffer struct, int at, String name, int rows, Ids ids) {
        Calls.mustHave(rows, name, ids.length());
        if (ids.numbers != null) {
            struct.putLong(at, longs(ids.numbers));
            return;
        }
        byte[][] texts = new byte[rows][];
        long[] ends = new long[rows + 1];
        for (int row = 0; row < rows; row++) {
            texts[row] = ids.text[row].getBytes(StandardCharsets.UTF_8);
            ends[row + 1] = ends[row] + texts[row].length;
        }
        ByteBuffer data = room(ends[rows]);
        for (int row = 0; row < rows; row++) {
            data.put((int) ends[row], texts[row]);
        }
        struct.putLong(at + Struct.POINTER, longs(ends));
        struct.putLong(at + 2 * Struct.POINTER, C.address(data));
    }

    /** A text that C has written, up to its NUL. */
    static String read(ByteBuffer text) {
        byte[] bytes = new byte[text.capacity()];
        text.get(0, bytes);
        int end = 0;
        while (bytes[end] != 0) {
            end++;
        }
        return new String(bytes, 0, end, StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        stack.position(start);
        large.forEach(C::free);
    }
}
