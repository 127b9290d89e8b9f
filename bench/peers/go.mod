// SPDX-License-Identifier: Apache-2.0
module sotto/bench/peers

go 1.21

require github.com/valyala/fasttemplate v1.2.2

require github.com/valyala/bytebufferpool v1.0.0 // indirect
