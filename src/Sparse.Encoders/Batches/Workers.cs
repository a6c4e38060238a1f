using System.Runtime.ExceptionServices;

namespace Sparse.Encoders.Batches;

/// <summary>Pieces of work side by side: each worker takes the next piece when it is done with one, because batches differ in length.</summary>
internal static class Workers
{
    /// <summary>Does all pieces; the first error or cancellation stops it.</summary>
    internal static void ForEach(int threads, int count, Action<int> work, CancellationToken cancellationToken)
    {
        int next = -1;
        void Drain()
        {
            for (int i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next))
            {
                cancellationToken.ThrowIfCancellationRequested();
                work(i);
            }
        }

        int workers = Math.Min(threads, count);
        if (workers <= 1)
        {
            Drain();
            return;
        }

        try
        {
            Parallel.For(0, workers, new ParallelOptions { MaxDegreeOfParallelism = workers }, _ => Drain());
        }
        catch (AggregateException error)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ExceptionDispatchInfo.Throw(error.Flatten().InnerExceptions[0]);
        }
    }
}
