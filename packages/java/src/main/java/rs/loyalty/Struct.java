package rs.loyalty;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/** A struct in memory of C, field by field, and the columns to which it points. */
final class Struct {
    static final int POINTER = 8;
    static final int IDS = 3 * POINTER;

    /** Where the fields of a struct stand: a layout as the C compiler makes it. */
    static final class Layout {
        private final Map<String, Integer> offsets = new HashMap<>();
        private int size;

        /** Fields by type and name, in the order of the header: {@code "i unit"}; p for what has 64 bits, i int32, b bool, I ids. */
        Layout(String... fields) {
            for (String field : fields) {
                char type = field.charAt(0);
                int length = type == 'I' ? IDS : type == 'i' ? 4 : type == 'b' ? 1 : POINTER;
                int alignment = Math.min(length, POINTER);
                size = (size + alignment - 1) / alignment * alignment;
                offsets.put(field.substring(2), size);
                size += length;
            }
            size = (size + POINTER - 1) / POINTER * POINTER;
        }
    }

    /** The _init function of a struct. */
    interface Init {
        void with(long struct, long size);
    }

    final long address;
    private final Memory memory;
    private final Layout layout;
    private final ByteBuffer bytes;

    Struct(Memory memory, Layout layout, Init init) {
        this.memory = memory;
        this.layout = layout;
        bytes = memory.room(layout.size);
        address = C.address(bytes);
        init.with(address, layout.size);
    }

    private int at(String field) {
        return layout.offsets.get(field);
    }

    void size(String field, long value) {
        bytes.putLong(at(field), value);
    }

    void code(String field, int value) {
        bytes.putInt(at(field), value);
    }

    int code(String field) {
        return bytes.getInt(at(field));
    }

    void number(String field, double value) {
        bytes.putDouble(at(field), value);
    }

    double number(String field) {
        return bytes.getDouble(at(field));
    }

    void flag(String field) {
        bytes.put(at(field), (byte) 1);
    }

    boolean flagged(String field) {
        return bytes.get(at(field)) != 0;
    }

    void pointer(String field, long value) {
        bytes.putLong(at(field), value);
    }

    /** A pointer to a number that may be left out. */
    void known(String field, double value) {
        pointer(field, memory.doubles(new double[] {value}));
    }

    void text(String field, String value) {
        pointer(field, memory.text(value));
    }

    /** A column of numbers; null where it is left out. */
    void doubles(String field, int rows, double[] values) {
        if (values != null) {
            Calls.mustHave(rows, field, values.length);
            pointer(field, memory.doubles(values));
        }
    }

    void longs(String field, int rows, long[] values) {
        Calls.mustHave(rows, field, values.length);
        pointer(field, memory.longs(values));
    }

    void ids(String field, int rows, Ids ids) {
        if (ids != null) {
            memory.ids(bytes, at(field), field, rows, ids);
        }
    }
}
