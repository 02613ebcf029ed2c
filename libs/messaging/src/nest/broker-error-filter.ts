import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { RpcException } from '@nestjs/microservices';
import { throwError, type Observable } from 'rxjs';

/**
 * Passes a handler's error to the broker unchanged. Without it Nest puts 'Internal server error' in place of every
 * error, and a caller loses the `code`, a consumer its Retryable and Terminal.
 */
@Catch()
export class BrokerErrorFilter implements RpcExceptionFilter {
  catch(exception: unknown): Observable<never> {
    return throwError(() => (exception instanceof RpcException ? exception.getError() : exception));
  }
}
