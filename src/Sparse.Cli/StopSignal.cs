using System.Runtime.InteropServices;

namespace Sparse.Cli;

/// <summary>Turns the first Ctrl-C or SIGTERM into a request to stop; the second one ends the process as usual.</summary>
internal sealed class StopSignal : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;

    /// <summary>Starts to listen.</summary>
    public StopSignal() =>
        _registrations = [PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal), PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal)];

    /// <summary>Cancelled at the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>True after the first signal.</summary>
    public bool IsRequested => _source.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }

        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        // A commit that takes long must stay interruptible, so only the first signal is held back.
        context.Cancel = !_source.IsCancellationRequested;
        _source.Cancel();
    }
}
