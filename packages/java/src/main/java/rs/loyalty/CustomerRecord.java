package rs.loyalty;

import java.nio.ByteBuffer;

/**
 * All that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own database and moved on
 * by each order. While it moves on, no other thread may use it.
 */
public final class CustomerRecord extends Handle {
    private CustomerRecord(long pointer) {
        super(pointer, C::loyalty_customer_record_free);
    }

    /** Of a customer of whom nothing is known yet. */
    public static CustomerRecord empty() {
        return new CustomerRecord(Calls.object(C::loyalty_customer_record_new));
    }

    /** From its bytes, which a checksum guards. */
    public static CustomerRecord fromBytes(byte[] bytes) {
        CustomerRecord record = empty();
        record.read(bytes);
        return record;
    }

    /** Reads another record in place of this one; its memory is used again. */
    public void read(byte[] bytes) {
        try (Memory memory = new Memory()) {
            long copy = memory.bytes(bytes);
            Calls.must(error -> C.loyalty_customer_record_read(pointer(), copy, bytes.length, error), this);
        }
    }

    public byte[] toBytes() {
        try (Memory memory = new Memory()) {
            ByteBuffer length = memory.room(Long.BYTES);
            long full = C.address(length);
            Calls.must(error -> C.loyalty_customer_record_write(pointer(), 0, 0, full, error), this);
            byte[] bytes = new byte[Math.toIntExact(length.getLong(0))];
            ByteBuffer written = memory.room(bytes.length);
            long place = C.address(written);
            Calls.must(error -> C.loyalty_customer_record_write(pointer(), place, bytes.length, full, error), this);
            written.get(0, bytes);
            return bytes;
        }
    }

    /** What came of the lines that were told: how many were new, and how many the record had by their own ids. */
    public record Told(long added, long repeated) {}

    /** Adds lines of this customer. */
    public Told addLines(Lines lines) {
        try (Memory memory = new Memory()) {
            ByteBuffer told = memory.room(2 * Long.BYTES);
            long added = C.address(told);
            Calls.must(error -> C.loyalty_customer_record_add_lines(pointer(), lines.pointer(), added,
                    added + Long.BYTES, error), this, lines);
            return new Told(told.getLong(0), told.getLong(Long.BYTES));
        }
    }

    /**
     * Notes that lines came back, by their ids; gives how many of the returns were not known.
     *
     * @param amount what was paid back for each; null for all that was paid
     */
    public long addReturns(Ids line, long[] time, double[] amount, TimeScale scale) {
        if (amount != null) {
            Calls.mustHave(time.length, "amount", amount.length);
        }
        try (Memory memory = new Memory()) {
            long ids = memory.ids("line", time.length, line);
            long times = memory.longs(time);
            long amounts = memory.doubles(amount);
            ByteBuffer news = memory.room(Long.BYTES);
            long place = C.address(news);
            Calls.must(error -> C.loyalty_customer_record_add_returns(pointer(), ids, times, scale.code, amounts,
                    time.length, place, error), this);
            return news.getLong(0);
        }
    }

    /** Adds a contact; one that is told twice counts twice. */
    public void addContact(Contact contact, long time, TimeScale scale, double cost) {
        Calls.must(error -> C.loyalty_customer_record_add_contact(pointer(), contact.code(), time, scale.code, cost,
                error), this);
    }

    /** Notes that the customer opted out of labels and treatments, for good. */
    public void optOut() {
        Calls.must(error -> C.loyalty_customer_record_opt_out(pointer(), error), this);
    }

    /** The number of order lines. */
    public int size() {
        return Math.toIntExact(keeping(C.loyalty_customer_record_len(pointer())));
    }
}
