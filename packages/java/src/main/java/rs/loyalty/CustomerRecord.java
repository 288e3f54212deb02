package rs.loyalty;

import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.LongByReference;
import java.lang.ref.Reference;

/**
 * All that a shop knows of one customer's order lines, returns and contacts, kept as bytes in its own database and moved on
 * by each order. While it moves on, no other thread may use it.
 */
public final class CustomerRecord extends Handle {
    private CustomerRecord(Pointer pointer) {
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
        Calls.must(error -> C.loyalty_customer_record_read(pointer(), bytes, bytes.length, error), this);
    }

    public byte[] toBytes() {
        LongByReference length = new LongByReference();
        Calls.must(error -> C.loyalty_customer_record_write(pointer(), null, 0, length, error), this);
        byte[] bytes = new byte[Math.toIntExact(length.getValue())];
        Calls.must(error -> C.loyalty_customer_record_write(pointer(), bytes, bytes.length, length, error), this);
        return bytes;
    }

    /** What came of the lines that were told: how many were new, and how many the record had by their own ids. */
    public record Told(long added, long repeated) {}

    /** Adds lines of this customer. */
    public Told addLines(Lines lines) {
        LongByReference added = new LongByReference();
        LongByReference repeated = new LongByReference();
        Calls.must(error -> C.loyalty_customer_record_add_lines(pointer(), lines.pointer(), added, repeated, error),
                this, lines);
        return new Told(added.getValue(), repeated.getValue());
    }

    /**
     * Notes that lines came back, by their ids; gives how many of the returns were not known.
     *
     * @param amount what was paid back for each; null for all that was paid
     */
    public long addReturns(Ids line, long[] time, double[] amount, TimeScale scale) {
        Struct columns = new Struct(ReturnPropensity.IDS, (struct, size) -> { });
        C.Ids ids = columns.idsByValue("line", time.length, line);
        if (amount != null) {
            Calls.mustHave(time.length, "amount", amount.length);
        }
        Memory times = Struct.longs(time);
        Memory amounts = amount == null ? null : Struct.doubles(amount);
        LongByReference news = new LongByReference();
        Calls.must(error -> C.loyalty_customer_record_add_returns(pointer(), ids, times, scale.code, amounts,
                time.length, news, error), this);
        Reference.reachabilityFence(columns);
        Reference.reachabilityFence(times);
        Reference.reachabilityFence(amounts);
        return news.getValue();
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
