package rs.loyalty;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A struct in memory of C, field by field, and the columns to which it points; they live as long as this does. */
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
        void with(Pointer struct, long size);
    }

    final Memory memory;
    private final Layout layout;
    private final List<Memory> columns = new ArrayList<>();

    Struct(Layout layout, Init init) {
        this.layout = layout;
        memory = new Memory(layout.size);
        memory.clear();
        init.with(memory, layout.size);
    }

    private int at(String field) {
        return layout.offsets.get(field);
    }

    void size(String field, long value) {
        memory.setLong(at(field), value);
    }

    void code(String field, int value) {
        memory.setInt(at(field), value);
    }

    int code(String field) {
        return memory.getInt(at(field));
    }

    void number(String field, double value) {
        memory.setDouble(at(field), value);
    }

    double number(String field) {
        return memory.getDouble(at(field));
    }

    void flag(String field) {
        memory.setByte(at(field), (byte) 1);
    }

    boolean flagged(String field) {
        return memory.getByte(at(field)) != 0;
    }

    void pointer(String field, Pointer value) {
        memory.setPointer(at(field), value);
    }

    /** A column of numbers; null where it is left out. */
    void doubles(String field, int rows, double[] values) {
        if (values != null) {
            Calls.mustHave(rows, field, values.length);
            pointer(field, keep(doubles(values)));
        }
    }

    void longs(String field, int rows, long[] values) {
        Calls.mustHave(rows, field, values.length);
        pointer(field, keep(longs(values)));
    }

    void ids(String field, int rows, Ids ids) {
        if (ids != null) {
            ids(memory.share(at(field)), field, rows, ids);
        }
    }

    /** Ids in a struct of their own; gives the arrays to which it points. */
    void ids(Pointer place, String name, int rows, Ids ids) {
        Calls.mustHave(rows, name, ids.length());
        if (ids.numbers != null) {
            place.setPointer(0, keep(longs(ids.numbers)));
            return;
        }
        byte[][] texts = new byte[ids.text.length][];
        long[] ends = new long[texts.length + 1];
        for (int row = 0; row < texts.length; row++) {
            texts[row] = ids.text[row].getBytes(StandardCharsets.UTF_8);
            ends[row + 1] = ends[row] + texts[row].length;
        }
        Memory data = keep(new Memory(ends[texts.length] + 1));
        for (int row = 0; row < texts.length; row++) {
            data.write(ends[row], texts[row], 0, texts[row].length);
        }
        place.setPointer(POINTER, keep(longs(ends)));
        place.setPointer(2 * POINTER, data);
    }

    /** The same as a struct that a function takes by value. */
    C.Ids idsByValue(String field, int rows, Ids ids) {
        ids(field, rows, ids);
        C.Ids value = new C.Ids();
        value.numbers = memory.getPointer(at(field));
        value.offsets = memory.getPointer(at(field) + POINTER);
        value.data = memory.getPointer(at(field) + 2L * POINTER);
        return value;
    }

    /** Pointers to texts closed by a NUL. */
    Memory texts(List<String> values) {
        Memory places = keep(new Memory(POINTER * (values.size() + 1L)));
        for (int place = 0; place < values.size(); place++) {
            places.setPointer((long) POINTER * place, keep(text(values.get(place))));
        }
        return places;
    }

    Memory keep(Memory column) {
        columns.add(column);
        return column;
    }

    static Memory doubles(double[] values) {
        Memory column = new Memory(8L * values.length + 8);
        column.write(0, values, 0, values.length);
        return column;
    }

    static Memory longs(long[] values) {
        Memory column = new Memory(8L * values.length + 8);
        column.write(0, values, 0, values.length);
        return column;
    }

    static Memory text(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
        Memory text = new Memory(bytes.length + 1L);
        text.write(0, bytes, 0, bytes.length);
        text.setByte(bytes.length, (byte) 0);
        return text;
    }
}
