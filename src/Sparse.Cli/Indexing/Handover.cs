using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Sparse.Cli.Indexing;

/// <summary>Runs one stage of a pipeline on a thread of its own, at most two of its items ahead of the next stage.</summary>
internal static class Handover
{
    private const int Ahead = 2;

    /// <summary>Enumerates items that another thread makes meanwhile.</summary>
    /// <typeparam name="T">The items.</typeparam>
    /// <param name="items">Makes the items; enumerated on the other thread alone, which waits while two are not taken.</param>
    /// <param name="stop">Stops both sides.</param>
    /// <returns>The same items in the same order. What their making throws is thrown when the items before are taken.</returns>
    /// <exception cref="OperationCanceledException">Stopped.</exception>
    public static IEnumerable<T> On<T>(IEnumerable<T> items, CancellationToken stop)
    {
        // The queue is not disposed: the other thread may still wait in it when this one leaves.
        var queue = new BlockingCollection<T>(Ahead);
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        CancellationToken left = leaving.Token;
        ExceptionDispatchInfo? error = null;
        _ = Task.Factory.StartNew(Make, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            foreach (T item in queue.GetConsumingEnumerable(stop))
            {
                yield return item;
            }

            stop.ThrowIfCancellationRequested();
            error?.Throw();
        }
        finally
        {
            leaving.Cancel();
        }

        void Make()
        {
            try
            {
                foreach (T item in items)
                {
                    queue.Add(item, left);
                }
            }
            catch (OperationCanceledException) when (left.IsCancellationRequested)
            {
                // The taker has left, or was stopped and says so itself.
            }
#pragma warning disable CA1031 // It is thrown again, on the taker's thread.
            catch (Exception e)
#pragma warning restore CA1031
            {
                error = ExceptionDispatchInfo.Capture(e);
            }
            finally
            {
                queue.CompleteAdding();
            }
        }
    }
}
