using Sparse.Cli.Indexing;

namespace Sparse.Cli.Tests.Indexing;

internal sealed class HandoverTests
{
    [Test]
    public void Items_come_in_order_and_an_error_after_those_before_it()
    {
        var taken = new List<int>();
        IEnumerable<int> failing = Enumerable.Range(0, 10).Select(i => i < 5 ? i : throw new InvalidDataException("the sixth"));
        Assert.That(() => taken.AddRange(Handover.On(failing, default).Select(item => item)), Throws.TypeOf<InvalidDataException>().With.Message.EqualTo("the sixth"));
        Assert.That(taken, Is.EqualTo(Enumerable.Range(0, 5)));
    }

    [Test]
    public void Making_waits_for_the_taker()
    {
        int made = 0;
        using IEnumerator<int> items = Handover.On(Enumerable.Range(0, 1000).Select(_ => Interlocked.Increment(ref made)), default).GetEnumerator();
        for (int taken = 1; taken <= 20; taken++)
        {
            Assert.That(items.MoveNext(), Is.True);
            Thread.Sleep(2);
            Assert.That(Volatile.Read(ref made), Is.LessThanOrEqualTo(taken + 3), "two wait, and one is held by its maker");
        }
    }

    [Test]
    public void Taker_that_leaves_ends_the_making()
    {
        int made = 0;
        foreach (int item in Handover.On(Enumerable.Range(0, int.MaxValue).Select(i => Interlocked.Exchange(ref made, i)), default))
        {
            if (item > 3)
            {
                break;
            }
        }

        Thread.Sleep(20);
        int then = Volatile.Read(ref made);
        Thread.Sleep(50);
        Assert.That(Volatile.Read(ref made), Is.EqualTo(then));
    }

    [Test]
    public void Stop_is_an_exception_and_never_an_early_end()
    {
        using var stop = new CancellationTokenSource();
        int taken = 0;
        Assert.That(() =>
        {
            foreach (int _ in Handover.On(Handover.On(Enumerable.Range(0, 100_000), stop.Token), stop.Token))
            {
                if (++taken == 10)
                {
                    stop.Cancel();
                }
            }
        }, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(taken, Is.LessThan(20));
    }
}
